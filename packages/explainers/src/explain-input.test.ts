import type { ImageExplanation, TabularExplanation, TextExplanation } from "@millrace/contract";
import sharp from "sharp";
import { expect, test } from "vitest";
import {
  brightInQuadrant,
  explain,
  imageOf,
  linearText,
  plainText,
  review,
  rowOf,
  speckledTiles,
} from "../test/known-models.js";
import type { DataItems } from "./ask-model.js";
import { createSeededRandom } from "./seeded-random.js";

test("the same seed gives the same explanation, another seed another", async () => {
  const interacting = (items: DataItems) => linearText(items) ** 3;
  const run = async (seed: number) =>
    (await explain<TextExplanation>(plainText, Buffer.from(review), interacting, { seed, samples: 100 })).explanation;
  expect(await run(7)).toEqual(await run(7));
  expect((await run(7)).wordImportance).not.toEqual((await run(8)).wordImportance);
});

test("explains a long text by groups of neighboring words, and says so", async () => {
  const words = Array.from({ length: 2_000 }, (_, index) => (index === 1_200 ? "terrible" : `word${index}`));
  const text = words.join(" ");
  const { explanation, asked } = await explain<TextExplanation>(plainText, Buffer.from(text), linearText, {
    method: "kernel-shap",
  });
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
  const { explanation } = await explain<TextExplanation>(plainText, Buffer.from(text), () => 0.5);
  // A score that never changes says nothing about how well it is explained.
  expect(explanation.fidelity).toBeNull();
  expect(explanation.wordImportance.map(({ word }) => word)).toEqual(["👍", "Très", "bien", "太好了", "!", "Спасибо"]);
  for (const { word, start, end } of explanation.wordImportance) expect(text.slice(start, end)).toBe(word);
  // Each entry follows the words of those before it.
  const indexes = explanation.wordImportance.map(({ index }) => index);
  expect(indexes[0]).toBe(0);
  expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
  expect(new Set(indexes).size).toBe(indexes.length);
});

test("at a time limit, explains with the answers so far, and says so", async () => {
  let elapsedMs = 0;
  const { explanation, asked } = await explain<TextExplanation>(
    plainText,
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
  expect(asked).toBe(210);
});

test("explains several classes with the same questions", async () => {
  const { explanation, asked } = await explain<TextExplanation>(plainText, Buffer.from(review), linearText, {
    method: "kernel-shap",
    classes: ["yes", "no"],
  });
  expect(explanation.otherClasses).toHaveLength(1);
  const other = explanation.otherClasses?.[0];
  expect(other?.class).toBe("no");
  explanation.wordImportance.forEach(({ score }, index) =>
    expect(other?.wordImportance[index]?.score).toBeCloseTo(-score, 5),
  );
  expect(asked).toBeLessThanOrEqual(500);
});

test("a row of thirty columns gets ten combinations per column, fewer background rows, and no further calls", async () => {
  const names = Array.from({ length: 30 }, (_, index) => `c${index}`);
  const random = createSeededRandom(3);
  const rows = Array.from({ length: 20 }, () => Object.fromEntries(names.map((name) => [name, random()])));
  const input = Buffer.from(JSON.stringify(Object.fromEntries(names.map((name) => [name, 2]))));
  const score = ({ input: changed = new Uint8Array() }: DataItems) => {
    const row = JSON.parse(Buffer.from(changed).toString()) as Record<string, number>;
    return names.reduce((sum, name, index) => sum + (row[name] ?? 0) * index, 0) / 900;
  };
  const { explanation, asked } = await explain<TabularExplanation>(rowOf(rows), input, score);
  expect(explanation.featureImportance[0]?.feature).toBe("c29");
  expect(explanation.samples).toBeGreaterThanOrEqual(300);
  expect(asked).toBeGreaterThan(1_000);
  expect(asked).toBeLessThanOrEqual(2_000);
  expect(explanation.modelCalls).toBe(asked);
  expect(explanation.fidelity).toBeGreaterThan(0.99);

  const few = await explain<TabularExplanation>(rowOf(rows), input, score, { samples: 16 });
  expect(few.asked).toBeLessThanOrEqual(16);
  expect(few.explanation).toMatchObject({
    fidelity: null,
    notice: expect.stringContaining("too few to tell them apart"),
  });
});

test("a picture's values add up to the score of the original picture, not of a copy", async () => {
  // A model that sees how a picture is encoded, as all do a little.
  const byFormat = async ({ input = new Uint8Array() }: DataItems) =>
    (await sharp(input).metadata()).format === "webp" ? 0.65 : (await brightInQuadrant({ input })) / 2;
  const input = await sharp(await speckledTiles())
    .webp({ lossless: true })
    .toBuffer();
  const { explanation } = await explain<ImageExplanation>(
    imageOf("image/jpeg"),
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
    plainText,
    Buffer.from(review),
    linearText,
    { method: "kernel-shap" },
    undefined,
    new Map([["yes", 0.9]]),
  );
  // A model that answered otherwise before is found out.
  expect(other.explanation.additivityResidual).toBeCloseTo(0.9 - 0.6, 6);
});

test("rejects a method that cannot explain the input and names those that can", async () => {
  await expect(explain(plainText, Buffer.from(review), linearText, { method: "rise" })).rejects.toThrow(
    "rise does not explain text inputs: use kernel-shap or lime.",
  );
});
