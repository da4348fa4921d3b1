import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClassificationOutput } from "@millrace/contract";
import type { ClassificationPostprocessing } from "./onnx-settings.js";

/** The classes that a model's output stands for, in its order. */
export async function readLabels(
  directory: string,
  settings: ClassificationPostprocessing,
): Promise<readonly string[]> {
  if (settings.labels !== undefined) return settings.labels;
  if (settings.labelsFile === undefined)
    throw new Error("runner.postprocess of its model.yaml has neither labels nor labelsFile.");
  return (await readFile(join(directory, settings.labelsFile), "utf8")).trimEnd().split(/\r?\n/);
}

/** The most probable classes of one row of a model's output, the best first. */
export function classify(
  row: Float32Array,
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

function activate(row: Float32Array, activation: ClassificationPostprocessing["activation"]): Float64Array {
  const values = Float64Array.from(row);
  if (activation === "none") return values;
  if (activation === "sigmoid") return values.map((value) => 1 / (1 + Math.exp(-value)));
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
