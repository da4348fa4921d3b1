import type { FloatValues } from "./output-tensor.js";
import type { Activation } from "./postprocess-settings.js";

/** Scores from what a model gives; softmax with the largest value subtracted first, so that none overflows. */
export function activate(row: ArrayLike<number>, activation: Activation): Float64Array {
  const values = Float64Array.from(row);
  if (activation === "none") return values;
  if (activation === "sigmoid") return values.map((value) => 1 / (1 + Math.exp(-value)));
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

// Half-precision floats of a thousand classes are further from 1 than others.
const sumTolerance = 0.005;

/** The notice of an output to whose rows of scores softmax seems to be applied twice: by the model and by model.yaml. */
export function softmaxTwice(output: string, activation: Activation, rows: readonly FloatValues[]): string | undefined {
  const isDone = activation === "softmax" && rows.length > 0 && rows.every(areShares);
  return isDone
    ? `The scores of the output ${JSON.stringify(output)} already sum to 1 before softmax, so the model has applied it: set runner.postprocess.activation: none.`
    : undefined;
}

function areShares(row: FloatValues): boolean {
  let sum = 0;
  for (const value of row) {
    if (value < 0 || value > 1) return false;
    sum += value;
  }
  return row.length > 1 && Math.abs(sum - 1) < sumTolerance;
}
