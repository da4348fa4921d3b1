import type { ExplanationOptions } from "@millrace/contract";
import { declaredColumns, type DataItems, type ModelManifest, type RunOutcome } from "@millrace/runners";
import sharp from "sharp";
import { explainableOf } from "../../src/models/explainable.js";
import { explainInput } from "../../src/explanations/explain-input.js";
import { createSeededRandom } from "../../src/explanations/seeded-random.js";

// Models whose true importances are known by how they are made.

export const weights: Record<string, number> = { wonderful: 0.3, good: 0.15, slow: -0.1, terrible: -0.25 };
export const review = "The staff were wonderful and the food good, but slow; the wine was terrible.";

export const linearText = ({ input = new Uint8Array() }: DataItems) => {
  const words = new Set(Buffer.from(input).toString().toLowerCase().match(/\w+/g));
  return 0.5 + Object.entries(weights).reduce((sum, [word, weight]) => sum + (words.has(word) ? weight : 0), 0);
};

/** Of the picture. */
export const width = 160;
export const height = 120;
/** A model that looks at the upper left quadrant only: how many of its pixels are bright red. */
export const brightInQuadrant = async ({ input = new Uint8Array() }: DataItems) => {
  const data = await sharp(input).removeAlpha().raw().toBuffer();
  let bright = 0;
  for (let y = 0; y < height / 2; y += 1)
    for (let x = 0; x < width / 2; x += 1) if ((data[(y * width + x) * 3] ?? 0) > 205) bright += 1;
  return bright / ((width / 2) * (height / 2));
};

/** Tiles, on each of which every other pixel is brighter by chance: only where the model looks makes a difference. */
export function speckledTiles(): Promise<Buffer> {
  const random = createSeededRandom(1);
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [column, row] = [Math.floor(x / 20), Math.floor(y / 20)];
      data.set([random() < 0.5 ? 215 : 190, (column * 83) % 256, (row * 91 + column * 40) % 256], (y * width + x) * 3);
    }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** An output of a model of two classes. */
export function outputOf(score: number): Uint8Array {
  const classPredictions = [
    { class: "yes", score },
    { class: "no", score: 1 - score },
  ];
  return new TextEncoder().encode(JSON.stringify({ data: { result: { classPredictions }, explanation: null } }));
}

export function answer(score: number): RunOutcome {
  return {
    succeeded: true,
    outputs: { "results.json": { mediaType: "application/json", bytes: outputOf(score) } },
  };
}

export const manifestOf = (mediaType: string, more: Partial<ModelManifest> = {}) =>
  ({
    identifier: "known",
    name: "Known",
    version: "1.0.0",
    inputs: [{ name: "input", acceptedMediaTypes: [mediaType], maximumSizeBytes: 1e6, description: "" }],
    resultsFormat: "classification",
    maximumBatchSize: 16,
    runner: { kind: "module" },
    ...more,
  }) as ModelManifest;

/** Explains the class "yes" of a model by its score; the clock stands still by default. */
export async function explain<Made>(
  manifest: ModelManifest,
  input: Uint8Array,
  score: (items: DataItems) => Promise<number> | number,
  options: ExplanationOptions = {},
  nowMs = () => 0,
  published?: ReadonlyMap<string, number>,
): Promise<{ explanation: Made; asked: number; largestBatch: number }> {
  const explainable = explainableOf(manifest);
  if (explainable === undefined) throw new Error("It cannot be explained.");
  let asked = 0;
  let largestBatch = 0;
  const explanation = await explainInput({
    manifest,
    explainable,
    columns: declaredColumns(manifest, explainable.item),
    items: { input },
    predictedClass: "yes",
    options,
    nowMs,
    ...(published && { published }),
    run: async (batch) => {
      asked += batch.length;
      largestBatch = Math.max(largestBatch, batch.length);
      return Promise.all(batch.map(async (items) => answer(await score(items))));
    },
  });
  return { explanation: explanation as Made, asked, largestBatch };
}
