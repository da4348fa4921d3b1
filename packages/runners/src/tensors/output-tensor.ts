import { describeNonFinite } from "../check/finite-numbers.js";
import { fromHalves } from "./number-types.js";

/** One output of a model for all inputs of a run, as ONNX Runtime has it. */
export interface OutputTensor {
  /** Such as `float32`, `int64` or `string`. */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** What a model gave for all inputs of a run, by the names of its outputs. */
export type ModelOutputs = Readonly<Record<string, OutputTensor>>;

/** Values to calculate with. */
export type FloatValues = Float32Array | Float64Array;

/** The part of an output that belongs to each input. */
export interface SplitOutput<Values> {
  /** Without the batch dimension. */
  readonly shape: readonly number[];
  readonly rows: readonly Values[];
}

/**
 * The part of one output that belongs to each input: the first dimension is the batch.
 *
 * @throws Error when there is no such output, or it has another batch size.
 */
export function splitOutput(outputs: ModelOutputs, name: string, count: number): SplitOutput<ArrayLike<unknown>> {
  const output = outputs[name];
  if (output === undefined)
    throw new Error(`it returned no output ${JSON.stringify(name)}, only ${Object.keys(outputs).join(", ")}.`);
  const [first, ...shape] = output.dims;
  if (first !== count)
    throw new Error(
      `output ${JSON.stringify(name)} has the shape [${output.dims.join(", ")}] for a batch of ${count}: the first dimension must be the batch.`,
    );
  const values = valuesOf(output);
  const size = values.length / count;
  // Arrays and typed arrays alike.
  const part = (row: number) =>
    ArrayBuffer.isView(values)
      ? (values as Float32Array).subarray(row * size, (row + 1) * size)
      : Array.prototype.slice.call(values, row * size, (row + 1) * size);
  return { shape, rows: Array.from({ length: count }, (_, row) => part(row)) };
}

/** As {@link splitOutput}, with numbers of any type as floats. */
export function splitNumbers(outputs: ModelOutputs, name: string, count: number): SplitOutput<FloatValues> {
  if (outputs[name]?.type === "string")
    throw new Error(`output ${JSON.stringify(name)} contains strings where numbers are expected.`);
  const { shape, rows } = splitOutput(outputs, name, count);
  return { shape, rows: rows.map(toFloats) };
}

/** Numbers of any type as floats. */
export function toFloats(values: ArrayLike<unknown>): FloatValues {
  return values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values, Number);
}

/**
 * The failure of an input for which an output has NaN or Infinity, which cannot be compared; undefined when all numbers are finite.
 *
 * @param placeOf says where an index is: `for class "cat"`.
 */
export function nonFiniteFault(
  output: string,
  values: FloatValues,
  placeOf: (index: number) => string,
): Error | undefined {
  const at = values.findIndex((value) => !Number.isFinite(value));
  return at < 0 ? undefined : new Error(describeNonFinite(values[at] ?? Number.NaN, output, placeOf(at)));
}

function valuesOf({ type, data }: OutputTensor): ArrayLike<unknown> {
  // Where JavaScript has no 16-bit floats, ONNX Runtime gives their bits.
  if (type === "float16" && data instanceof Uint16Array) return fromHalves("FP16", data);
  return data as ArrayLike<unknown>;
}
