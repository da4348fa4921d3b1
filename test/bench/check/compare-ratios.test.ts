import { describe, expect, it } from "vitest";
import { betterRatios, compareRatios } from "../../../bench/check/compare-ratios.js";
import { checkSource } from "../../../bench/check/check-source.js";
import recorded from "../../../bench/check/ratios.json" with { type: "json" };
import { ratioSources } from "../../../bench/check/sources.js";

const brokenIn = (before: Record<string, number>, now: Record<string, number>) =>
  compareRatios(before, now).flatMap(({ name, isBroken }) => (isBroken ? [name] : []));

describe("a ratio has broken", () => {
  it("when it is less than half of the recorded one", () => {
    expect(brokenIn({ a: 1.5, b: 0.3, c: 6 }, { a: 0.74, b: 0.16, c: 2.9 })).toEqual(["a", "c"]);
  });

  it("not when it is half, better, new, or not measured", () => {
    expect(brokenIn({ half: 1, better: 1, missing: 1 }, { half: 0.5, better: 9, added: 0.01 })).toEqual([]);
    expect(compareRatios({ missing: 1 }, { added: 2 })).toEqual([
      { name: "missing", recorded: 1, measured: undefined, isBroken: false },
      { name: "added", recorded: undefined, measured: 2, isBroken: false },
    ]);
  });

  it("when it is no number", () => {
    expect(brokenIn({ a: 1 }, { a: NaN })).toEqual(["a"]);
  });
});

describe("a benchmark in which a ratio seems broken", () => {
  /** Measures these in turn. */
  const measuring = (...runs: Record<string, number>[]) => {
    const asked: Record<string, number>[] = [];
    const source = async () => {
      const ratios = runs[asked.length] ?? {};
      asked.push(ratios);
      return ratios;
    };
    return { source, asked };
  };

  it("is measured once more, and the better ratio of the two counts", async () => {
    const { source, asked } = measuring({ a: 0.1, b: 1 }, { a: 0.9, b: 0.1 });
    expect((await checkSource(source, { a: 1, b: 1 })).map(({ measured }) => measured)).toEqual([0.9, 1]);
    expect(asked.length).toBe(2);
  });

  it("fails when it is as bad again", async () => {
    const { source, asked } = measuring({ a: 0.1 }, { a: 0.2 }, { a: 1 });
    expect(await checkSource(source, { a: 1 })).toEqual([{ name: "a", recorded: 1, measured: 0.2, isBroken: true }]);
    expect(asked.length).toBe(2);
  });

  it("is measured once otherwise", async () => {
    const { source, asked } = measuring({ a: 0.6 });
    await checkSource(source, { a: 1 });
    expect(asked.length).toBe(1);
  });
});

it("of two runs the better ratios count, also where one run lacks a ratio", () => {
  expect(betterRatios({ a: 1, b: NaN, c: 3 }, { a: 2, b: 1, d: 4 })).toEqual({ a: 2, b: 1, c: 3, d: 4 });
});

it("what is recorded are ratios of benchmarks that are checked", () => {
  expect(Object.keys(ratioSources)).toEqual(expect.arrayContaining(Object.keys(recorded)));
  for (const ratios of Object.values<object>(recorded)) expect(Object.keys(ratios)).not.toEqual([]);
});
