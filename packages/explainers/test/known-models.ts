import type { Explanation, ExplanationOptions } from "@millrace/contract";
import sharp from "sharp";
import type { DataItems } from "../src/ask-model.js";
import { explainInput } from "../src/explain-input.js";
import type { Background } from "../src/explain-tabular.js";
import type { OpenPicture } from "../src/picture.js";
import { createSeededRandom } from "../src/seeded-random.js";
import { openPicture } from "../../runners/src/tensors/open-picture.js";

// Models whose true importances are known by how they are made.

export const weights: Record<string, number> = { wonderful: 0.3, good: 0.15, slow: -0.1, terrible: -0.25 };
export const review = "The staff were wonderful and the food good, but slow; the wine was terrible.";

export const linearText = ({ input = new Uint8Array() }: DataItems) => {
  const words = new Set(Buffer.from(input).toString().toLowerCase().match(/\w+/g));
  return 0.5 + Object.entries(weights).reduce((sum, [word, weight]) => sum + (words.has(word) ? weight : 0), 0);
};

/** A kind of input, with what explaining it needs to know. */
export type KnownKind =
  | { kind: "text" }
  | { kind: "image"; acceptedMediaTypes: readonly string[]; open: OpenPicture }
  | { kind: "tabular"; background: Background };
export const plainText: KnownKind = { kind: "text" };
export const imageOf = (mediaType: string): KnownKind => ({
  kind: "image",
  acceptedMediaTypes: [mediaType],
  open: openPicture,
});
export const rowOf = (rows: Background["rows"]): KnownKind => ({ kind: "tabular", background: { rows, assumed: [] } });

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

/** Explains the class "yes" of a model by its score; the clock stands still by default. */
export async function explain<Made extends Explanation>(
  kind: KnownKind,
  input: Uint8Array,
  score: (items: DataItems) => Promise<number> | number,
  options: ExplanationOptions = {},
  nowMs = () => 0,
  published?: ReadonlyMap<string, number>,
): Promise<{ explanation: Made; asked: number; largestBatch: number }> {
  let asked = 0;
  let largestBatch = 0;
  const explanation = await explainInput({
    input: { ...kind, items: { input }, item: "input" },
    predictedClass: "yes",
    options,
    maximumBatchSize: 16,
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

/** An answer of a model of two classes. */
const answer = (score: number) => ({
  predictions: [
    { class: "yes", score },
    { class: "no", score: 1 - score },
  ],
});
