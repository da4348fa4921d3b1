import { expect, test } from "vitest";
import { createProcessorLimit } from "./processor-limit.js";

/** Lets a process that wants `wanted` processors run for so long, looked at four times a second. @returns the processors it got. */
function run(wanted: number, allowed: number, seconds: number): number {
  const limit = createProcessorLimit(allowed);
  let nowMs = 0;
  let processorMs = 0;
  while (nowMs < seconds * 1_000) {
    nowMs += limit.restFor(processorMs, nowMs) + 250;
    processorMs += 250 * wanted;
  }
  return processorMs / nowMs;
}

test.each([
  [4, 1],
  [4, 0.5],
  [1, 0.1],
])("a process that wants %d processors and has a limit of %d averages it over a minute", (wanted, allowed) => {
  expect(run(wanted, allowed, 60) / allowed).toBeCloseTo(1, 0);
  expect(run(wanted, allowed, 600) / allowed).toBeLessThan(1.02);
});

test("never pauses a process within its limit, and allows a burst after idling", () => {
  expect(run(0.9, 1, 60)).toBeCloseTo(0.9);
  const limit = createProcessorLimit(1);
  expect(limit.restFor(0, 0)).toBe(0);
  expect(limit.restFor(4_000, 2_000)).toBe(0);
  expect(limit.restFor(6_000, 3_000)).toBe(1_000);
});
