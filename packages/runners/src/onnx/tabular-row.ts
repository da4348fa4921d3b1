import { DataItemError } from "../tensors/data-item-error.js";
import { describeValue } from "../tensors/describe-value.js";
import { parseJsonItem, type ItemValues } from "../tensors/item-values.js";
import { expectation, fits, toNumbers, type Datatype } from "../tensors/number-types.js";
import type { TabularColumn, TabularPreprocessing } from "./onnx-schemas.js";

/**
 * The values of one row, in the order of the columns: numbers as (value - mean) / std, categories as one 1 among zeros. A model that takes
 * texts gets them as they are.
 *
 * @param known the columns that the data item may have: these, and those that go into other inputs of the model.
 * @throws DataItemError naming the column whose value is missing or not what it takes.
 */
export function readRow(
  bytes: Uint8Array,
  { item, columns }: TabularPreprocessing,
  datatype: Datatype,
  known: ReadonlySet<string>,
): ItemValues {
  const row = parseRow(bytes, item);
  const unknown = Object.keys(row).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const names = [...known].map((name) => JSON.stringify(name)).join(", ");
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} has a column ${describeValue(unknown)}; the model takes ${names}.`,
    );
  }
  const cells = columns.flatMap((column) => encode(column, row[column.name], datatype, item));
  const values = datatype === "BYTES" ? (cells as string[]) : toNumbers(datatype, cells);
  return { shape: [cells.length], values };
}

function parseRow(bytes: Uint8Array, item: string): Readonly<Record<string, unknown>> {
  const value = parseJsonItem(bytes, item);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new DataItemError(
      `Data item ${JSON.stringify(item)} is not an object: expected columns with their values, such as {"age": 42}.`,
    );
  return value as Record<string, unknown>;
}

function encode(
  { name, categories, mean, std }: TabularColumn,
  value: unknown,
  datatype: Datatype,
  item: string,
): (number | boolean | string)[] {
  const refuse = (expected: string) =>
    new DataItemError(
      `Column ${JSON.stringify(name)} of data item ${JSON.stringify(item)} is not valid: found ${describeValue(value)}, expected ${expected}.`,
    );
  if (categories !== undefined) {
    const at = typeof value === "object" && value !== null ? -1 : categories.indexOf(String(value));
    if (at < 0) throw refuse(`one of ${categories.map((one) => JSON.stringify(one)).join(", ")}`);
    return datatype === "BYTES" ? [String(value)] : categories.map((_, index) => (index === at ? 1 : 0));
  }
  if (datatype === "BYTES") {
    if (typeof value !== "string") throw refuse("a string");
    return [value];
  }
  if (mean === undefined && std === undefined) {
    if (!fits(datatype, value)) throw refuse(expectation(datatype));
    return [value];
  }
  if (typeof value !== "number") throw refuse("a number");
  const scaled = (value - (mean ?? 0)) / (std ?? 1);
  if (!fits(datatype, scaled)) throw refuse(`${expectation(datatype)} after its mean and std`);
  return [scaled];
}
