import { describe, expect, it } from "vitest";
import { engineShareOf, type VersionDemand, type WorkerCapacity } from "./engine-shares.js";

const versionKey = "ed542963de/1.0.0";
const worker = (identifier: string, options: Partial<WorkerCapacity> = {}): WorkerCapacity => ({
  identifier,
  cpuCount: 4,
  memoryBytes: 8e9,
  gpuCount: 0,
  runnable: [versionKey],
  ...options,
});
const version = (options: Partial<VersionDemand> = {}): VersionDemand => ({
  versionKey,
  memoryBytes: 1e9,
  gpuCount: 0,
  minimumEngines: 0,
  maximumEngines: null,
  ...options,
});
const shares = (demand: VersionDemand, workers: readonly WorkerCapacity[]) =>
  workers.map(({ identifier }) => engineShareOf(demand, workers, identifier));
const maxima = (demand: VersionDemand, workers: readonly WorkerCapacity[]) =>
  shares(demand, workers).map(({ maximum }) => maximum);

describe("the engines of a version", () => {
  it("default to one per processor if no maximum is set", () => {
    expect(maxima(version(), [worker("a"), worker("b", { cpuCount: 2 })])).toEqual([4, 2]);
  });

  it("are spread evenly over all workers, up to the maximum", () => {
    const workers = ["a", "b", "c"].map((name) => worker(name));
    expect(maxima(version({ maximumEngines: 7 }), workers).toSorted((a, b) => a - b)).toEqual([2, 2, 3]);
    expect(maxima(version({ maximumEngines: 1 }), workers).toSorted((a, b) => a - b)).toEqual([0, 0, 1]);
    expect(maxima(version({ maximumEngines: 100 }), workers)).toEqual([4, 4, 4]);
  });

  it("start at a different worker for each version", () => {
    const firsts = Array.from({ length: 50 }, (_, index) => {
      const other = `model-${index}/1.0.0`;
      const workers = ["a", "b", "c"].map((name) => worker(name, { runnable: [other] }));
      return maxima(version({ versionKey: other, maximumEngines: 1 }), workers).indexOf(1);
    });
    expect(new Set(firsts)).toEqual(new Set([0, 1, 2]));
  });

  it("run only on suitable workers, as memory and GPUs allow", () => {
    const workers = [
      worker("a", { runnable: [] }),
      worker("b", { memoryBytes: 2.5e9 }),
      worker("c", { gpuCount: 1 }),
      worker("d", { memoryBytes: 1 }),
    ];
    expect(maxima(version(), workers)).toEqual([0, 2, 4, 0]);
    expect(maxima(version({ gpuCount: 1 }), workers)).toEqual([0, 0, 1, 0]);
    expect(engineShareOf(version(), workers, "nobody")).toEqual({ minimum: 0, maximum: 0 });
  });

  it("stay loaded up to the minimum, across all workers", () => {
    const found = shares(version({ minimumEngines: 3, maximumEngines: 4 }), [worker("a"), worker("b")]);
    expect(found.map(({ minimum }) => minimum).toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(found.every(({ minimum, maximum }) => minimum <= maximum)).toBe(true);
  });
});
