import { expect, it } from "vitest";
import { compareSides, median, type Measured } from "../../../bench/engines/statistics.js";
import { percentile } from "../../../bench/scale/load.js";

const run = (seconds: number, server?: number): Measured => ({
  seconds,
  cpu: server === undefined ? undefined : { server, store: 2 * server, engine: 0 },
  clientCpu: seconds,
});

it("the median is the middle value, or the mean of the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

it("a percentile is the value that this share of the values does not exceed", () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect([0.5, 0.99, 1].map((p) => percentile(values, p))).toEqual([100, 198, 200]);
  expect(percentile([7], 0.99)).toBe(7);
});

it("a ratio is Millrace's rate divided by a peer's, of the medians", () => {
  const rounds = new Map([
    ["Millrace", [run(2), run(9), run(1)]],
    ["faster", [run(1), run(1), run(1)]],
    ["slower", [run(4), run(5), run(3)]],
  ]);
  const [millrace, faster, slower] = compareSides(rounds, 1_000);
  expect(millrace).toMatchObject({ millraceRatio: 1, inputsPerSecond: 500, shortestSeconds: 1, longestSeconds: 9 });
  expect(faster?.millraceRatio).toBe(0.5);
  expect(slower?.millraceRatio).toBe(2);
});

it("CPU is the median by process, and missing where it cannot be read", () => {
  const rounds = new Map([
    ["Millrace", [run(1, 10), run(1, 30), run(1, 20)]],
    ["elsewhere", [run(1)]],
  ]);
  const [millrace, elsewhere] = compareSides(rounds, 1);
  expect(millrace?.cpu).toEqual({ server: 20, store: 40, engine: 0 });
  expect(elsewhere?.cpu).toBeUndefined();
});
