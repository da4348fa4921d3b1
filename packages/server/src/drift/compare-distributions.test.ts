import { expect, test } from "vitest";
import { createSeededRandom } from "@millrace/explainers";
import { toBin, toEvenBin } from "./bins.js";
import { compareDistributions } from "./compare-distributions.js";

const counts = (values: Record<string, number>) => new Map(Object.entries(values));

test("goodness of fit and its p-value match published tables, as does homogeneity with a large baseline", () => {
  // Large enough to make the smoothing of half a count per bin negligible.
  const baseline = counts({ a: 5e9, b: 3e9, c: 2e9 });
  const { goodnessOfFit, ...homogeneity } = compareDistributions(baseline, counts({ a: 40, b: 35, c: 25 }));
  // (40-50)²/50 + (35-30)²/30 + (25-20)²/20
  const expected = 2 + 25 / 30 + 1.25;
  for (const found of [goodnessOfFit, homogeneity]) {
    expect(found.chiSquared).toBeCloseTo(expected, 5);
    expect(found.degreesOfFreedom).toBe(2);
    // With two degrees of freedom the p-value is exp(-x / 2).
    expect(found.pValue).toBeCloseTo(Math.exp(-expected / 2), 6);
  }
});

test("homogeneity matches a published two-sample table", () => {
  // 30 and 70 of 100, 50 and 50 of 100: expected 40 and 60 of each.
  const { chiSquared } = compareDistributions(counts({ a: 30, b: 70 }), counts({ a: 50, b: 50 }));
  expect(chiSquared).toBeCloseTo(2 * (100 / 40 + 100 / 60), 9);
});

test.each([
  [100, 1_000],
  [400, 100],
  [100, 100],
  [10_000, 200],
])("equal distributions of %d and %d inputs differ in about 5 of 100 tests", (before, now) => {
  const random = createSeededRandom(7);
  const shares = [0.4, 0.2, 0.12, 0.08, 0.06, 0.05, 0.04, 0.03, 0.015, 0.005];
  const draw = (count: number) => {
    const drawn = new Map<string, number>();
    for (let input = 0; input < count; input += 1) {
      let rest = random();
      const found = shares.findIndex((share) => (rest -= share) < 0);
      drawn.set(`${found}`, (drawn.get(`${found}`) ?? 0) + 1);
    }
    return drawn;
  };
  const repetitions = before > 1_000 ? 300 : 1_500;
  let alarms = 0;
  for (let test = 0; test < repetitions; test += 1)
    if ((compareDistributions(draw(before), draw(now)).pValue ?? 1) < 0.05) alarms += 1;
  expect(alarms / repetitions).toBeGreaterThan(0.02);
  expect(alarms / repetitions).toBeLessThan(0.075);
});

test("a distribution does not differ from itself, nor does a single class", () => {
  const same = counts({ a: 500, b: 300 });
  expect(compareDistributions(same, same)).toMatchObject({ chiSquared: 0, pValue: 1, jensenShannonDistance: 0 });
  expect(compareDistributions(counts({ a: 9 }), counts({ a: 70 }))).toMatchObject({ chiSquared: 0, pValue: 1 });
});

test("disjoint classes have distance 1 and a tiny p-value", () => {
  const { jensenShannonDistance, pValue } = compareDistributions(counts({ a: 100 }), counts({ b: 100 }));
  expect(jensenShannonDistance).toBe(1);
  expect(pValue).toBeLessThan(1e-10);
});

test("merges rare classes, so one odd prediction is not drift", () => {
  const rare = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`rare ${index}`, 1]));
  const { goodnessOfFit, ...homogeneity } = compareDistributions(
    counts({ a: 600, b: 390, ...rare }),
    counts({ a: 58, b: 38, new: 4 }),
  );
  for (const { degreesOfFreedom, pValue } of [goodnessOfFit, homogeneity]) {
    expect(degreesOfFreedom).toBe(1);
    expect(pValue).toBeGreaterThan(0.3);
  }
});

test("returns no p-value if a test is impossible", () => {
  const few = (name: string) => Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${name}${index}`, 1]));
  const scattered = compareDistributions(counts({ ...few("a"), ...few("b") }), counts({ a1: 1, c: 1 }));
  expect(scattered).toMatchObject({ pValue: null, chiSquared: null, degreesOfFreedom: 0 });
  expect(scattered.goodnessOfFit.pValue).toBeNull();
  expect(scattered.jensenShannonDistance).toBeGreaterThan(0.5);
  for (const [before, now] of [
    [{ a: 5 }, {}],
    [{}, { a: 5 }],
  ] as const)
    expect(compareDistributions(counts(before), counts(now))).toMatchObject({
      pValue: null,
      chiSquared: null,
      jensenShannonDistance: null,
    });
});

test("bins are half octaves of any scale and sign, named by their lower end", () => {
  expect([1, 1.4, 1.5, 2, 1_000, 0.01, 0].map(toBin)).toEqual(["1", "1", "1.414", "2", "724.1", "0.007813", "0"]);
  expect([-3, -5, -4, -1, -0.9].map(toBin)).toEqual(["-4", "-5.657", "-4", "-1", "-1"]);
  expect([0, 0.149, 0.15, 1].map((value) => toEvenBin(value, 0.05))).toEqual(["0", "0.1", "0.15", "1"]);
});
