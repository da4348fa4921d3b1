import { nestedList } from "../tensors/nested-list.js";
import type { PreparedInput } from "./item-tensors.js";
import type { Tensor } from "./tensor.js";

/** Inputs whose tensors have the same shapes, which can be one batch; with their places in the whole. */
export interface InputGroup {
  readonly indexes: readonly number[];
  readonly inputs: readonly PreparedInput[];
}

/** Puts together what can be one batch, in the order of first appearance. */
export function groupByShape(inputs: readonly { index: number; input: PreparedInput }[]): InputGroup[] {
  const groups = new Map<string, { indexes: number[]; inputs: PreparedInput[] }>();
  for (const { index, input } of inputs) {
    const key = JSON.stringify(input.tensors.map(({ shape }) => shape));
    const group = groups.get(key) ?? { indexes: [], inputs: [] };
    groups.set(key, group);
    group.indexes.push(index);
    group.inputs.push(input);
  }
  return [...groups.values()];
}

/** One tensor for each name, with a batch dimension in front. */
export function stack(inputs: readonly PreparedInput[]): Tensor[] {
  return (inputs[0]?.tensors ?? []).map((first, position) => {
    const parts = inputs.map(({ tensors }) => tensors[position] ?? first);
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
    throw new Error(`tensor ${JSON.stringify(name)} of the response has ${shape[0] ?? "no"} rows for ${rows} inputs.`);
  const size = data.values.length / rows;
  return nestedList(Array.prototype.slice.call(data.values, row * size, (row + 1) * size), shape.slice(1));
}

/** The whole tensor, nested as its shape is. */
export function wholeOf({ shape, data }: Tensor): unknown {
  return nestedList(data.values, shape);
}
