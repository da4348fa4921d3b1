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
