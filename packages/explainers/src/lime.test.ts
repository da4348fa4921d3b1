import { expect, test } from "vitest";
import { askFunction } from "../test/known-function.js";
import { explainByLime } from "./lime.js";
import { createSeededRandom } from "./seeded-random.js";

const explain = async (size: number, score: (kept: readonly number[]) => number | undefined, samples = 500) => {
  const { input, ask, asked } = askFunction(size, score);
  const made = await explainByLime(input, ask, { samples, random: createSeededRandom(0) });
  return { ...made, found: made.classes[0], asked };
};

test("explains a text of one word with two questions and its whole score", async () => {
  const { found, asked } = await explain(1, ([word = 0]) => 0.1 + 0.8 * word);
  expect(asked.size).toBe(2);
  expect(found?.scores[0]).toBeCloseTo(0.8, 2);
  expect(found?.fidelity).toBeGreaterThan(0.99);
});

test("if the samples suffice, asks about each combination once, whatever the seed", async () => {
  const { found, samples, asked } = await explain(5, (kept) => kept.reduce((sum, one, index) => sum + one * index, 0));
  expect(samples).toBe(32);
  expect([...asked.values()]).toEqual(Array.from({ length: 32 }, () => 1));
  found?.scores.forEach((score, index) => expect(score).toBeCloseTo(index, 1));
});

test("asks about no combination twice", async () => {
  const { asked, samples } = await explain(10, (kept) => kept[0] ?? 0);
  expect([...asked.values()].every((times) => times === 1)).toBe(true);
  expect(samples).toBe(asked.size);
  expect(samples).toBeLessThan(500);
});

test("noise has no fidelity, nor does a constant score", async () => {
  const random = createSeededRandom(1);
  const { found } = await explain(125, () => random());
  expect(found?.fidelity ?? 1).toBeLessThan(0.1);
  expect((await explain(12, () => 0.7)).found?.fidelity).toBeNull();
});

test("explains a model that rejects the empty input", async () => {
  const { found } = await explain(4, (kept) => (kept.includes(1) ? 0.5 + 0.4 * (kept[2] ?? 0) : undefined));
  expect(found?.scores[2]).toBeCloseTo(0.4, 1);
});
