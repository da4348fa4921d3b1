import type { ExplanationOptions, ImageExplanation, TabularExplanation, TextExplanation } from "@millrace/contract";
import { declaredColumns, type DataItems, type ModelManifest, type RunOutcome } from "@millrace/runners";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { agreementOf, type Agreement } from "../../test/explanations/agreement.js";
import { explainableOf } from "./explainable.js";
import { explainInput } from "./explain-input.js";
import { createSeededRandom } from "./seeded-random.js";

// Models whose true importances are known by how they are made.

const weights: Record<string, number> = { wonderful: 0.3, good: 0.15, slow: -0.1, terrible: -0.25 };
const review = "The staff were wonderful and the food good, but slow; the wine was terrible.";

// What the tests found, by kind of input and method, printed at their end.
const agreements: Record<string, Agreement> = {};
afterAll(() => console.table(agreements));

function agree(name: string, found: readonly number[], truth: readonly number[]): Agreement {
  const agreement = agreementOf(found, truth);
  // What RISE finds has no scale.
  agreements[name] = name.endsWith("rise") ? { ...agreement, relativeError: NaN } : agreement;
  return agreement;
}

const trueWeights = (explanation: TextExplanation) =>
  explanation.wordImportance.map(({ word }) => weights[word.toLowerCase()] ?? 0);
const scoresOf = (explanation: TextExplanation) => explanation.wordImportance.map(({ score }) => score);

function answer(score: number): RunOutcome {
  const classPredictions = [
    { class: "yes", score },
    { class: "no", score: 1 - score },
  ];
  const bytes = new TextEncoder().encode(JSON.stringify({ data: { result: { classPredictions } } }));
  return { succeeded: true, outputs: { "results.json": { mediaType: "application/json", bytes } } };
}

const manifestOf = (mediaType: string, more: Partial<ModelManifest> = {}) =>
  ({
    name: "Known",
    version: "1.0.0",
    inputs: [{ name: "input", acceptedMediaTypes: [mediaType], maximumSizeBytes: 1e6, description: "" }],
    resultsFormat: "classification",
    maximumBatchSize: 16,
    runner: { kind: "module" },
    ...more,
  }) as ModelManifest;

async function explain<Made>(
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

const linearText = ({ input = new Uint8Array() }: DataItems) => {
  const words = new Set(Buffer.from(input).toString().toLowerCase().match(/\w+/g));
  return 0.5 + Object.entries(weights).reduce((sum, [word, weight]) => sum + (words.has(word) ? weight : 0), 0);
};

test("Kernel SHAP finds the weights of a linear text model, and they add up", async () => {
  const { explanation, asked, largestBatch } = await explain<TextExplanation>(
    manifestOf("text/plain"),
    Buffer.from(review),
    linearText,
    { method: "kernel-shap" },
  );
  for (const { word, start, end, score } of explanation.wordImportance) {
    expect(review.slice(start, end)).toBe(word);
    expect(score).toBeCloseTo(weights[word.toLowerCase()] ?? 0, 5);
  }
  expect(explanation).toMatchObject({ method: "kernel-shap", class: "yes", seed: 0, fidelity: 1, isPartial: false });
  expect(explanation.baseValue).toBeCloseTo(0.5, 6);
  expect(Math.abs(explanation.additivityResidual ?? 1)).toBeLessThan(1e-6);
  const { rankCorrelation, relativeError } = agree(
    "text, kernel-shap",
    scoresOf(explanation),
    trueWeights(explanation),
  );
  expect(rankCorrelation).toBeGreaterThan(0.999);
  expect(relativeError).toBeLessThan(1e-4);
  expect(asked).toBe(500);
  expect(asked).toBe(explanation.samples);
  expect(asked).toBe(explanation.modelCalls);
  expect(largestBatch).toBe(16);
});

test("LIME ranks the words of a linear text model by their weights", async () => {
  const { explanation, asked } = await explain<TextExplanation>(
    manifestOf("text/plain"),
    Buffer.from(review),
    linearText,
  );
  const found = Object.fromEntries(explanation.wordImportance.map(({ word, score }) => [word, score]));
  const byScore = Object.keys(weights).sort((a, b) => (found[b] ?? 0) - (found[a] ?? 0));
  expect(byScore).toEqual(["wonderful", "good", "slow", "terrible"]);
  const { rankCorrelation, relativeError } = agree("text, lime", scoresOf(explanation), trueWeights(explanation));
  // Ten of fourteen words weigh nothing, and are ranked by chance.
  expect(rankCorrelation).toBeGreaterThan(0.7);
  expect(relativeError).toBeLessThan(0.02);
  expect(explanation.fidelity).toBeGreaterThan(0.95);
  expect(explanation.additivityResidual).toBeNull();
  expect(asked).toBeGreaterThan(300);
  expect(asked).toBeLessThan(500);
});

test("the same seed gives the same explanation, another seed another", async () => {
  const interacting = (items: DataItems) => linearText(items) ** 3;
  const run = async (seed: number) =>
    (await explain<TextExplanation>(manifestOf("text/plain"), Buffer.from(review), interacting, { seed, samples: 100 }))
      .explanation;
  expect(await run(7)).toEqual(await run(7));
  expect((await run(7)).wordImportance).not.toEqual((await run(8)).wordImportance);
});

test("a long text is explained by groups of neighbouring words, named once, and says so", async () => {
  const words = Array.from({ length: 2_000 }, (_, index) => (index === 1_200 ? "terrible" : `word${index}`));
  const text = words.join(" ");
  const { explanation, asked } = await explain<TextExplanation>(
    manifestOf("text/plain"),
    Buffer.from(text),
    linearText,
    { method: "kernel-shap" },
  );
  expect(explanation.wordImportance).toHaveLength(125);
  expect(explanation.notice).toMatch(/^The text has 2000 words: each entry is a group/);
  const lowest = explanation.wordImportance.reduce((least, one) => (one.score < least.score ? one : least));
  expect(text.slice(lowest.start, lowest.end)).toContain("terrible");
  expect(lowest.word).toMatch(/^terrible … word\d+$/);
  expect(lowest.score).toBeCloseTo(-0.25, 5);
  expect(asked).toBeLessThanOrEqual(500);
});

test("offsets count UTF-16 code units, and every script has words", async () => {
  const text = "👍 Très bien, 太好了! Спасибо";
  const { explanation } = await explain<TextExplanation>(manifestOf("text/plain"), Buffer.from(text), () => 0.5);
  // A score that never changes says nothing about how well it is explained.
  expect(explanation.fidelity).toBeNull();
  expect(explanation.wordImportance.map(({ word }) => word)).toEqual(["👍", "Très", "bien", "太好了", "!", "Спасибо"]);
  for (const { word, start, end } of explanation.wordImportance) expect(text.slice(start, end)).toBe(word);
});

test("a time limit gives an explanation of what there is, and says so", async () => {
  let elapsedMs = 0;
  const { explanation, asked } = await explain<TextExplanation>(
    manifestOf("text/plain"),
    Buffer.from(review),
    (items) => {
      elapsedMs += 5;
      return linearText(items);
    },
    { timeLimitMs: 1_000, samples: 5_000 },
    () => elapsedMs,
  );
  expect(explanation.isPartial).toBe(true);
  expect(explanation.samples).toBe(asked);
  expect(asked).toBe(208);
});

test("several classes are explained with the same questions", async () => {
  const { explanation, asked } = await explain<TextExplanation>(
    manifestOf("text/plain"),
    Buffer.from(review),
    linearText,
    { method: "kernel-shap", classes: ["yes", "no"] },
  );
  expect(explanation.otherClasses).toHaveLength(1);
  const other = explanation.otherClasses?.[0];
  expect(other?.class).toBe("no");
  explanation.wordImportance.forEach(({ score }, index) =>
    expect(other?.wordImportance[index]?.score).toBeCloseTo(-score, 5),
  );
  expect(asked).toBeLessThanOrEqual(500);
});

// The model looks at the upper left quadrant only: how many of its pixels are bright red.
const width = 160;
const height = 120;
const brightInQuadrant = async ({ input = new Uint8Array() }: DataItems) => {
  const data = await sharp(input).removeAlpha().raw().toBuffer();
  let bright = 0;
  for (let y = 0; y < height / 2; y += 1)
    for (let x = 0; x < width / 2; x += 1) if ((data[(y * width + x) * 3] ?? 0) > 205) bright += 1;
  return bright / ((width / 2) * (height / 2));
};

/** Tiles, on each of which every other pixel is brighter by chance: only where the model looks makes a difference. */
function speckledTiles(): Promise<Buffer> {
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

/** What each cell of a heat map adds to the score: its bright pixels where the model looks. */
async function trueCells(rows: number, columns: number): Promise<number[]> {
  const data = await sharp(await speckledTiles())
    .raw()
    .toBuffer();
  const cells = Array.from({ length: rows * columns }, () => 0);
  for (let y = 0; y < height / 2; y += 1)
    for (let x = 0; x < width / 2; x += 1) {
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      if ((data[(y * width + x) * 3] ?? 0) > 205) cells[cell] = (cells[cell] ?? 0) + 4 / (width * height);
    }
  return cells;
}

function decode({ maskRLE, dimensions }: ImageExplanation): Uint8Array {
  const mask = new Uint8Array(dimensions.width * dimensions.height);
  let place = 0;
  (maskRLE[0] ?? []).forEach((length, run) => {
    for (let end = place + length; place < end; place += 1)
      mask[(place % dimensions.height) * dimensions.width + Math.floor(place / dimensions.height)] = run % 2;
  });
  expect(place).toBe(mask.length);
  return mask;
}

test.each(["lime", "kernel-shap", "rise"] as const)(
  "%s sees which quadrant of a picture the model looks at",
  async (method) => {
    const { explanation } = await explain<ImageExplanation>(
      manifestOf("image/png"),
      await speckledTiles(),
      brightInQuadrant,
      {
        method,
      },
    );
    const cells = explanation.heatMap;
    const { rankCorrelation } = agree(
      `image, ${method}`,
      cells.flat(),
      await trueCells(cells.length, cells[0]?.length ?? 0),
    );
    // Within a superpixel, and between masks, nothing is told apart.
    expect(rankCorrelation).toBeGreaterThan(0.6);
    expect(explanation.dimensions).toEqual({ width, height });
    const mask = decode(explanation);
    let inside = 0;
    let all = 0;
    mask.forEach((value, pixel) => {
      all += value;
      if (pixel % width < width / 2 && pixel < (width * height) / 2) inside += value;
    });
    expect(all).toBeGreaterThan(0);
    expect(inside / all).toBeGreaterThan(0.9);
  },
);

const columnWeights = { age: 0.004, income: 0.01, debt: -0.02 };
const linearRow = ({ input = new Uint8Array() }: DataItems) => {
  const row = JSON.parse(Buffer.from(input).toString()) as Record<string, number>;
  return 0.5 + Object.entries(columnWeights).reduce((sum, [column, weight]) => sum + weight * (row[column] ?? 0), 0);
};

test("Kernel SHAP of a linear tabular model is its closed form: weight times the distance from the background's mean", async () => {
  const means = { age: 40, income: 20, debt: 5 };
  const columns = Object.entries(means).map(([name, mean]) => ({ name, mean }));
  const manifest = manifestOf("application/json", {
    runner: {
      kind: "onnx",
      file: "model.onnx",
      inputs: columns.map((column) => ({ kind: "tabular", item: "input", tensor: column.name, columns: [column] })),
      postprocess: { kind: "classification", activation: "softmax", top: 2 },
    },
  });
  const row = { age: 50, income: 15, debt: 10 };
  const { explanation, asked } = await explain<TabularExplanation>(
    manifest,
    Buffer.from(JSON.stringify(row)),
    linearRow,
  );
  expect(explanation.featureImportance.map(({ feature, condition }) => `${feature} ${condition}`)).toEqual([
    "debt = 10 (typically 5)",
    "income = 15 (typically 20)",
    "age = 50 (typically 40)",
  ]);
  for (const { feature, score } of explanation.featureImportance) {
    const column = feature as keyof typeof means;
    expect(score).toBeCloseTo(columnWeights[column] * (row[column] - means[column]), 6);
  }
  const truth = explanation.featureImportance.map(({ feature }) => {
    const column = feature as keyof typeof means;
    return columnWeights[column] * (row[column] - means[column]);
  });
  const found = explanation.featureImportance.map(({ score }) => score);
  expect(agree("tabular, kernel-shap", found, truth).rankCorrelation).toBeGreaterThan(0.999);
  expect(asked).toBe(8);
  expect(explanation).toMatchObject({ method: "kernel-shap", fidelity: 1, additivityResidual: 0 });
});

test("a row of thirty columns gets ten combinations a column, of fewer rows of the background, and no call more", async () => {
  const directory = await mkdtemp(join(tmpdir(), "background-"));
  const names = Array.from({ length: 30 }, (_, index) => `c${index}`);
  const random = createSeededRandom(3);
  const rows = Array.from({ length: 20 }, () => Object.fromEntries(names.map((name) => [name, random()])));
  await writeFile(join(directory, "rows.json"), JSON.stringify(rows));
  const manifest = manifestOf("application/json", { directory, explanationBackground: "rows.json" });
  const input = Buffer.from(JSON.stringify(Object.fromEntries(names.map((name) => [name, 2]))));
  const score = ({ input: changed = new Uint8Array() }: DataItems) => {
    const row = JSON.parse(Buffer.from(changed).toString()) as Record<string, number>;
    return names.reduce((sum, name, index) => sum + (row[name] ?? 0) * index, 0) / 900;
  };
  const { explanation, asked } = await explain<TabularExplanation>(manifest, input, score);
  expect(explanation.featureImportance[0]?.feature).toBe("c29");
  expect(explanation.samples).toBeGreaterThanOrEqual(300);
  expect(asked).toBeGreaterThan(1_000);
  expect(asked).toBeLessThanOrEqual(2_000);
  expect(explanation.modelCalls).toBe(asked);
  expect(explanation.fidelity).toBeGreaterThan(0.99);

  const few = await explain<TabularExplanation>(manifest, input, score, { samples: 16 });
  expect(few.asked).toBeLessThanOrEqual(16);
  expect(few.explanation).toMatchObject({
    fidelity: null,
    notice: expect.stringContaining("too few to tell these apart"),
  });
  await rm(directory, { recursive: true });
});

test("a picture's values add up to the score of the picture as it came, not of a copy", async () => {
  // A model that sees how a picture is encoded, as all do a little.
  const byFormat = async ({ input = new Uint8Array() }: DataItems) =>
    (await sharp(input).metadata()).format === "webp" ? 0.65 : (await brightInQuadrant({ input })) / 2;
  const input = await sharp(await speckledTiles())
    .webp({ lossless: true })
    .toBuffer();
  const { explanation } = await explain<ImageExplanation>(
    manifestOf("image/jpeg"),
    input,
    byFormat,
    { method: "kernel-shap", samples: 100 },
    undefined,
    new Map([["yes", 0.65]]),
  );
  const sum = explanation.heatMap.flat().reduce((total, score) => total + score, 0);
  expect(explanation.baseValue + sum).toBeCloseTo(0.65, 3);
  expect(explanation.additivityResidual).toBeCloseTo(0, 6);

  const other = await explain<TextExplanation>(
    manifestOf("text/plain"),
    Buffer.from(review),
    linearText,
    { method: "kernel-shap" },
    undefined,
    new Map([["yes", 0.9]]),
  );
  // A model that answered otherwise before is found out.
  expect(other.explanation.additivityResidual).toBeCloseTo(0.9 - 0.6, 6);
});
