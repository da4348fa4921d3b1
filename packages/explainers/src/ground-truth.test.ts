import type { ImageExplanation, TabularExplanation, TextExplanation } from "@millrace/contract";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import type { DataItems } from "./ask-model.js";
import { agreementOf, type Agreement } from "../test/agreement.js";
import {
  brightInQuadrant,
  explain,
  height,
  imageOf,
  linearText,
  plainText,
  review,
  rowOf,
  speckledTiles,
  weights,
  width,
} from "../test/known-models.js";

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

test("Kernel SHAP finds the weights of a linear text model, and they add up", async () => {
  const { explanation, asked, largestBatch } = await explain<TextExplanation>(
    plainText,
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
  const { explanation, asked } = await explain<TextExplanation>(plainText, Buffer.from(review), linearText, {
    method: "lime",
  });
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
      imageOf("image/png"),
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

test("Kernel SHAP of a linear tabular model equals its closed form: weight times the distance from the background's mean", async () => {
  const means = { age: 40, income: 20, debt: 5 };
  const row = { age: 50, income: 15, debt: 10 };
  const { explanation, asked } = await explain<TabularExplanation>(
    rowOf([means]),
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
