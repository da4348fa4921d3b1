import { ClassificationOutput, type ClassPrediction, type InputResult } from "@millrace/contract";
import { Value } from "typebox/value";

/** A classifier's prediction for one file. */
export interface FilePrediction {
  readonly fileName: string;
  /** The most probable class first. */
  readonly predictions: readonly ClassPrediction[];
}

/**
 * The predictions in a job's results; inputs are named after their files.
 *
 * @throws if an input's `results.json` is not a classification.
 */
export function readPredictions(results: Readonly<Record<string, InputResult>>): FilePrediction[] {
  return Object.entries(results).map(([fileName, result]) => {
    const output = result["results.json"];
    if (!Value.Check(ClassificationOutput, output))
      throw new Error(`The result of ${fileName} is not a classification.`);
    return { fileName, predictions: output.data.result.classPredictions };
  });
}
