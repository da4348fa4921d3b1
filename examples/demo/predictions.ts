import { basename } from "node:path/posix";
import { ClassificationOutput, type ClassPrediction, type InputResult } from "@millrace/contract";
import { Value } from "typebox/value";

/** What a classifier said of one file. */
export interface FilePrediction {
  readonly fileName: string;
  /** The most probable class first. */
  readonly predictions: readonly ClassPrediction[];
}

/**
 * The predictions of a job's results, by file name; inputs are named by their keys.
 *
 * @throws when an input's `results.json` is not what classifiers return.
 */
export function readPredictions(results: Readonly<Record<string, InputResult>>): FilePrediction[] {
  return Object.entries(results).map(([key, result]) => {
    const output = result["results.json"];
    if (!Value.Check(ClassificationOutput, output)) throw new Error(`The result of ${key} is not a classification.`);
    return { fileName: basename(key), predictions: output.data.result.classPredictions };
  });
}
