import type { ClassificationOutput } from "@millrace/contract";
import { activate } from "./activation.js";
import type { ClassificationPostprocessing } from "./postprocess-settings.js";

/** The most probable classes of one row of a model's output, the best first. */
export function classify(
  row: ArrayLike<number>,
  labels: readonly string[],
  { activation, top }: ClassificationPostprocessing,
): ClassificationOutput {
  const scores = activate(row, activation);
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const classPredictions = order
    .slice(0, top)
    .map((index) => ({ class: labels[index] ?? String(index), score: scores[index] ?? 0 }));
  return { data: { result: { classPredictions }, explanation: null, drift: null } };
}
