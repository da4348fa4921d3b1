import type { Tensor } from "onnxruntime-node";

/** What a model gave for all inputs of a run, by the names of its outputs. */
export type ModelOutputs = Readonly<Record<string, Tensor>>;

/**
 * The part of one output that belongs to each input: the first dimension is the batch.
 *
 * @throws Error when there is no such output, or it is not float32 (or, where `integers` is true, whole numbers), or has another batch size.
 */
export function splitOutput(
  outputs: ModelOutputs,
  name: string,
  count: number,
  { integers = false }: { integers?: boolean } = {},
): { readonly shape: readonly number[]; readonly rows: readonly Float32Array[] } {
  const output = outputs[name];
  if (output === undefined)
    throw new Error(`it has no output ${JSON.stringify(name)}; there are ${Object.keys(outputs).join(", ")}.`);
  const { data, dims } = output;
  let values: Float32Array | undefined;
  if (data instanceof Float32Array) values = data;
  else if (integers && (data instanceof BigInt64Array || data instanceof Int32Array))
    values = Float32Array.from(data, Number);
  if (values === undefined)
    throw new Error(
      `output ${JSON.stringify(name)} is ${output.type}, not a float32 tensor${integers ? " or whole numbers" : ""}.`,
    );
  const [first = 1, ...shape] = dims;
  if (first !== count)
    throw new Error(`output ${JSON.stringify(name)} has the shape [${dims.join(", ")}] for a batch of ${count}.`);
  const size = values.length / count;
  const all = values;
  return { shape, rows: Array.from({ length: count }, (_, row) => all.subarray(row * size, (row + 1) * size)) };
}
