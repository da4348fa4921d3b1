import type { FloatValues } from "./output-tensor.js";
import type { TensorsPostprocessing } from "./postprocess-settings.js";

/** One vector from those of a text's tokens: their mean, or the first. */
export function pool(
  tokens: FloatValues,
  width: number,
  pooling: NonNullable<TensorsPostprocessing["pooling"]>,
): Float64Array {
  if (pooling === "cls") return Float64Array.from(tokens.subarray(0, width));
  const sum = new Float64Array(width);
  tokens.forEach((value, index) => (sum[index % width] = (sum[index % width] ?? 0) + value));
  const count = tokens.length / width;
  return sum.map((value) => value / count);
}

/** Each vector of `width` numbers divided by its length (L2); one of zeros stays. */
export function normalize(values: FloatValues, width: number): Float64Array {
  const result = Float64Array.from(values);
  for (let start = 0; start < result.length; start += width) {
    const vector = result.subarray(start, start + width);
    // Squares of large numbers would be Infinity, and the vector zeros.
    const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + (value / largest) ** 2, 0));
    if (largest > 0) vector.forEach((value, index) => (vector[index] = value / largest / length));
  }
  return result;
}
