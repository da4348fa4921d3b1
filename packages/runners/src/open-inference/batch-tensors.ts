import type { Tensor } from "./tensor.js";

/** Inputs whose tensors have the same shapes, which can be one batch; with their places in the whole. */
export interface TensorGroup {
  readonly indexes: readonly number[];
  readonly inputs: readonly (readonly Tensor[])[];
}

/** Puts together what can be one batch, in the order of first appearance. */
export function groupByShape(inputs: readonly { index: number; tensors: readonly Tensor[] }[]): TensorGroup[] {
  const groups = new Map<string, { indexes: number[]; inputs: (readonly Tensor[])[] }>();
  for (const { index, tensors } of inputs) {
    const key = JSON.stringify(tensors.map(({ shape }) => shape));
    const group = groups.get(key) ?? { indexes: [], inputs: [] };
    groups.set(key, group);
    group.indexes.push(index);
    group.inputs.push(tensors);
  }
  return [...groups.values()];
}

/** One tensor for each name, with a batch dimension in front. */
export function stack(inputs: readonly (readonly Tensor[])[]): Tensor[] {
  return (inputs[0] ?? []).map((first, position) => {
    const parts = inputs.map((tensors) => tensors[position] ?? first);
    return { ...first, shape: [parts.length, ...first.shape], data: join(parts) };
  });
}

function join(parts: readonly Tensor[]): Tensor["data"] {
  const strings = parts.flatMap(({ data }) => (data.kind === "strings" ? [...data.values] : []));
  if (strings.length > 0) return { kind: "strings", values: strings };
  const values: (number | bigint | boolean)[] = [];
  for (const { data } of parts)
    if (data.kind === "numbers") for (let i = 0; i < data.values.length; i += 1) values.push(data.values[i] ?? 0);
  return { kind: "numbers", values };
}

/** The part of a batched tensor that belongs to one input, nested as its shape is, ready for JSON. */
export function rowOf({ name, shape, data }: Tensor, row: number, rows: number): unknown {
  if (shape[0] !== rows)
    throw new Error(`tensor ${JSON.stringify(name)} of the answer has ${shape[0] ?? "no"} rows for ${rows} inputs.`);
  const size = data.values.length / rows;
  return nest(data, shape.slice(1), row * size).value;
}

/** The whole tensor, nested as its shape is. */
export function wholeOf({ shape, data }: Tensor): unknown {
  return nest(data, shape, 0).value;
}

function nest(data: Tensor["data"], shape: readonly number[], start: number): { value: unknown; end: number } {
  // Nothing, in whatever shape: a server may call it a thousand million rows.
  if (shape.includes(0)) return { value: [], end: start };
  const [size, ...rest] = shape;
  if (size === undefined) {
    const value = data.values[start];
    return { value: value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : toJson(value), end: start + 1 };
  }
  const values: unknown[] = [];
  let at = start;
  for (let index = 0; index < size; index += 1) {
    const { value, end } = nest(data, rest, at);
    values.push(value);
    at = end;
  }
  return { value: values, end: at };
}

/** JSON has no 64-bit integers: those that a number cannot hold exactly become text. */
function toJson(value: number | bigint | boolean | undefined): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
