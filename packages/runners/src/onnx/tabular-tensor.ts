import { Tensor } from "onnxruntime-node";
import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "./data-item-error.js";
import type { TabularColumn, TabularPreprocessing } from "./onnx-settings.js";

/**
 * The numbers of one row, in the order of the columns: numbers as (value - mean) / std, categories as one 1 among zeros.
 *
 * @throws DataItemError naming the column whose value is missing or not what it takes.
 */
export function prepareRow(items: DataItems, { item, columns }: TabularPreprocessing): Float32Array {
  const row = parseRow(requireItem(items, item), item);
  const unknown = Object.keys(row).find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) {
    const known = columns.map(({ name }) => JSON.stringify(name)).join(", ");
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has a column ${JSON.stringify(unknown)}; the model takes ${known}.`,
    );
  }
  return Float32Array.from(columns.flatMap((column) => encode(column, row[column.name], item)));
}

/** Rows that were prepared, as one tensor. */
export function tabularTensor(rows: readonly Float32Array[]): Tensor {
  const width = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, index) => data.set(row, index * width));
  return new Tensor("float32", data, [rows.length, width]);
}

function parseRow(bytes: Uint8Array, item: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new DataItemError(`Data item ${JSON.stringify(item)} is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} is no object: expected columns with their values, such as {"age": 42}.`,
    );
  return value as Record<string, unknown>;
}

function encode(column: TabularColumn, value: unknown, item: string): number[] {
  const refuse = (expected: string) =>
    new DataItemError(
      `Column ${JSON.stringify(column.name)} of data item ${JSON.stringify(item)} is not valid: found ${JSON.stringify(value) ?? "nothing"}, expected ${expected}.`,
    );
  if (column.categories !== undefined) {
    const at = column.categories.indexOf(String(value));
    if (at < 0) throw refuse(`one of ${column.categories.map((one) => JSON.stringify(one)).join(", ")}`);
    return column.categories.map((_, index) => (index === at ? 1 : 0));
  }
  if (typeof value !== "number" || !Number.isFinite(value)) throw refuse("a number");
  return [(value - (column.mean ?? 0)) / (column.std ?? 1)];
}
