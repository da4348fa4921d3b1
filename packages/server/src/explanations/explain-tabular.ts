import type { DataItems } from "@millrace/runners";
import type { Attribution, HidingInput } from "./coalition.js";
import { ExplanationError } from "./coalition.js";

/** A row of a table: a value for each column. */
export type Row = Readonly<Record<string, unknown>>;

export interface HidingRow extends HidingInput {
  readonly describe: (attribution: Attribution) => {
    readonly featureImportance: readonly { feature: string; condition: string; score: number }[];
  };
}

/**
 * A row whose columns can be hidden: they take the values of the background's rows, and the answer is the mean over these. Lundberg and
 * Lee (NeurIPS 2017), section 4, with features taken as independent.
 *
 * @throws ExplanationError when the data item is no object of columns, or the background lacks one of them.
 */
export function hideColumns(items: DataItems, item: string, background: readonly Row[]): HidingRow {
  const row = parseRow(items[item] ?? new Uint8Array(), item);
  const columns = Object.keys(row);
  if (columns.length === 0) throw new ExplanationError(`Data item ${JSON.stringify(item)} has no columns to explain.`);
  for (const [index, other] of background.entries()) {
    const missing = columns.find((column) => !Object.hasOwn(other, column));
    if (missing !== undefined)
      throw new ExplanationError(
        `Row ${index + 1} of the model's background has no column ${JSON.stringify(missing)}: an explanation needs what stands in its place.`,
      );
  }
  const encoder = new TextEncoder();
  return {
    size: columns.length,
    hide(coalition) {
      // Without anything hidden, all rows of the background give the same.
      const others = coalition.every((kept) => kept === 1) ? background.slice(0, 1) : background;
      return others.map((other) => ({
        ...items,
        [item]: encoder.encode(
          JSON.stringify(
            Object.fromEntries(
              columns.map((column, at) => [column, coalition[at] === 1 ? row[column] : other[column]]),
            ),
          ),
        ),
      }));
    },
    describe: ({ scores }) => ({
      featureImportance: columns
        .map((feature, at) => ({ feature, condition: `= ${JSON.stringify(row[feature])}`, score: scores[at] ?? 0 }))
        .sort((a, b) => Math.abs(b.score) - Math.abs(a.score)),
    }),
  };
}

function parseRow(bytes: Uint8Array, item: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ExplanationError(`Data item ${JSON.stringify(item)} is no JSON object of columns, such as {"age": 42}.`);
  return value as Row;
}
