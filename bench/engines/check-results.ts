import type { Workload } from "../end-to-end/workload.js";

// The size of an object of the folder "bytes".
const sizeBytes = 1024;

/** @throws if an input has no result, or another one than the no-op model gives. */
export function checkResults(results: ReadonlyMap<string, unknown>, { inputCount }: Workload): void {
  if (results.size !== inputCount) throw new Error(`Found ${results.size} results, expected ${inputCount}.`);
  for (let index = 0; index < inputCount; index += 1) {
    const result = results.get(`input-${index}`) as { sizeBytes?: unknown } | undefined;
    if (result?.sizeBytes !== sizeBytes)
      throw new Error(`input-${index}: found ${JSON.stringify(result)}, expected a sizeBytes of ${sizeBytes}.`);
  }
}
