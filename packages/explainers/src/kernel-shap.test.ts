import { expect, test } from "vitest";
import { askFunction } from "../test/known-function.js";
import { explainByKernelShap } from "./kernel-shap.js";
import { createSeededRandom } from "./seeded-random.js";

/** Shapley values by their definition: Shapley, "A Value for n-Person Games" (1953). */
function exactShapley(size: number, score: (kept: readonly number[]) => number): number[] {
  const kept = (bits: number) => Array.from({ length: size }, (_, feature) => (bits >> feature) & 1);
  const scores = Array.from({ length: 2 ** size }, (_, bits) => score(kept(bits)));
  const factorials = [1];
  for (let n = 1; n <= size; n += 1) factorials.push((factorials[n - 1] ?? 1) * n);
  const factorial = (n: number) => factorials[n] ?? 1;
  return Array.from({ length: size }, (_, feature) => {
    let value = 0;
    for (let bits = 0; bits < 2 ** size; bits += 1) {
      if (((bits >> feature) & 1) === 1) continue;
      const others = kept(bits).reduce((sum, one) => sum + one, 0);
      const share = (factorial(others) * factorial(size - others - 1)) / factorial(size);
      value += share * ((scores[bits | (1 << feature)] ?? 0) - (scores[bits] ?? 0));
    }
    return value;
  });
}

/** Features that work together and against each other. */
function interacting(kept: readonly number[]): number {
  const total = kept.reduce((sum, one, index) => sum + (one * (index % 3 === 0 ? -1 : 1)) / (index + 1), 0);
  return Math.tanh(total) + 0.3 * (kept[0] ?? 0) * (kept.at(-1) ?? 0);
}

const options = (samples: number) => ({ samples, random: createSeededRandom(0) });

test.each([1, 2, 3, 5, 8, 12])("the values of %i features match Shapley's definition", async (size) => {
  const { input, ask, asked } = askFunction(size, interacting);
  const { classes, samples } = await explainByKernelShap(input, ask, options(4_096));
  const exact = exactShapley(size, interacting);
  exact.forEach((value, feature) => expect(classes[0]?.scores[feature]).toBeCloseTo(value, 6));
  expect(samples).toBe(2 ** size);
  expect([...asked.values()].every((times) => times === 1)).toBe(true);
});

test("with fewer samples than combinations, the values are close and no combination is repeated", async () => {
  const { input, ask, asked } = askFunction(12, interacting);
  const { classes, samples } = await explainByKernelShap(input, ask, options(500));
  exactShapley(12, interacting).forEach((value, feature) =>
    expect(Math.abs((classes[0]?.scores[feature] ?? 0) - value)).toBeLessThan(0.02),
  );
  expect(samples).toBe(500);
  expect(asked.size).toBe(500);
  // The sizes that weigh most are complete: 12 coalitions of one feature, 12 of eleven.
  const sizes = [...asked.keys()].map((key) => key.split("1").length - 1);
  expect([1, 2, 10, 11].map((size) => sizes.filter((one) => one === size).length)).toEqual([12, 66, 66, 12]);
});

test("does not certify features that the samples cannot distinguish", async () => {
  const { input, ask } = askFunction(30, interacting);
  const { classes, notices, samples } = await explainByKernelShap(input, ask, options(16));
  expect(classes[0]?.fidelity).toBeNull();
  expect(notices).toEqual([expect.stringContaining("too few to tell them apart")]);
  expect(samples).toBeLessThanOrEqual(16);
});

test("replaces an empty input that the model rejects with a placeholder, within the sample budget", async () => {
  const refusing = (kept: readonly number[]) => (kept.every((one) => one === 0) ? undefined : 0.5 + interacting(kept));
  const { input, ask, asked } = askFunction(4, refusing);
  const placeholder = { items: { kept: Uint8Array.of(0, 0, 0, 0, 1) }, name: "a word" };
  const { notices } = await explainByKernelShap({ ...input, placeholder }, ask, options(16));
  expect(notices).toEqual([expect.stringContaining("refused the input with everything hidden: a word was used")]);
  expect([...asked.values()].reduce((sum, times) => sum + times, 0)).toBeLessThanOrEqual(16);
  await expect(explainByKernelShap(input, ask, options(16))).rejects.toThrow("use lime (explanation.method)");
});
