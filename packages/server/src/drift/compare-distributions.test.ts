import { expect, test } from "vitest";
import { compareDistributions } from "./compare-distributions.js";
import { toBin } from "./measure-input.js";

const counts = (values: Record<string, number>) => new Map(Object.entries(values));

test("chi-squared and its p-value are those of a table", () => {
  // A baseline so large that half a count for each bin does not show.
  const baseline = counts({ a: 5e9, b: 3e9, c: 2e9 });
  const { chiSquared, degreesOfFreedom, pValue } = compareDistributions(baseline, counts({ a: 40, b: 35, c: 25 }));
  // (40-50)²/50 + (35-30)²/30 + (25-20)²/20
  expect(chiSquared).toBeCloseTo(2 + 25 / 30 + 1.25, 6);
  expect(degreesOfFreedom).toBe(2);
  // With two degrees of freedom the p-value is exp(-x / 2).
  expect(pValue).toBeCloseTo(Math.exp(-chiSquared / 2), 9);
});

test("a distribution does not differ from itself", () => {
  const same = counts({ a: 500, b: 300 });
  const found = compareDistributions(same, same);
  expect(found.chiSquared).toBeCloseTo(0, 2);
  expect(found.pValue).toBeGreaterThan(0.95);
  expect(found.jensenShannonDistance).toBe(0);
});

test("classes that have nothing in common are a distance of 1 apart, and improbable by chance", () => {
  const { jensenShannonDistance, pValue } = compareDistributions(counts({ a: 100 }), counts({ b: 100 }));
  expect(jensenShannonDistance).toBe(1);
  expect(pValue).toBeLessThan(1e-10);
});

test("rare classes are put together, so that one odd prediction is no drift", () => {
  const baseline = counts({ a: 990, ...Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`rare ${i}`, 1])) });
  const { pValue, degreesOfFreedom } = compareDistributions(baseline, counts({ a: 99, new: 1 }));
  expect(degreesOfFreedom).toBe(1);
  expect(pValue).toBeGreaterThan(0.3);
});

test("nothing observed is no difference", () => {
  expect(compareDistributions(counts({ a: 5 }), counts({}))).toMatchObject({ pValue: 1, chiSquared: 0 });
});

test("bins are half octaves of any scale and sign", () => {
  expect([1, 1.4, 1.5, 2, 1_000, 0.01, -3, 0].map(toBin)).toEqual([
    "1",
    "1",
    "1.414",
    "2",
    "724.1",
    "0.007813",
    "-2.828",
    "0",
  ]);
});
