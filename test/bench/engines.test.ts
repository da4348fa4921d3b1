import { expect, it } from "vitest";
import { defaultOptions } from "../../bench/engines/options.js";
import { benchEngines } from "../../bench/engines/run.js";

it("every side runs every input and returns its result, or says why it is missing", async () => {
  const { workloads, latencies, missing } = await benchEngines({
    ...defaultOptions,
    rounds: 1,
    inputs: 300,
    submissions: 2,
    largeJobInputs: 500,
    smallJobs: 3,
  });
  expect(workloads.map(({ name }) => name)).toEqual([
    "300 inputs of 1 KiB, 0 ms away",
    "300 inputs of 1 KiB, 10 ms away",
  ]);
  for (const { sides } of workloads) {
    expect(sides.length + missing.length).toBe(6);
    expect(sides[0]).toMatchObject({ side: "Millrace", millraceRatio: 1 });
    for (const { seconds, millraceRatio } of sides) {
      expect(seconds).toBeGreaterThan(0);
      expect(millraceRatio).toBeGreaterThan(0);
    }
  }
  expect(latencies.map(({ work, jobs }) => [work, jobs])).toEqual([
    ["one text", 2],
    ["one text", 2],
    ["one text behind a job of 500", expect.any(Number)],
    ["10 texts, job after job", 3],
    ["10 texts, 3 jobs at once", 3],
  ]);
});
