import { expect, it } from "vitest";
import { noOp } from "../../../bench/end-to-end/workload.js";
import { checkResults } from "../../../bench/engines/check-results.js";

const workload = { ...noOp, inputCount: 2 };

it("every input must have the right result", () => {
  const right = { sizeBytes: 1024 };
  expect(() =>
    checkResults(
      new Map([
        ["input-0", right],
        ["input-1", right],
      ]),
      workload,
    ),
  ).not.toThrow();
  expect(() => checkResults(new Map([["input-0", right]]), workload)).toThrow("Found 1 results, expected 2");
  expect(() =>
    checkResults(
      new Map([
        ["input-0", right],
        ["input-2", right],
      ]),
      workload,
    ),
  ).toThrow("input-1: found undefined");
  expect(() =>
    checkResults(
      new Map([
        ["input-0", right],
        ["input-1", { sizeBytes: 0 }],
      ]),
      workload,
    ),
  ).toThrow("input-1");
});
