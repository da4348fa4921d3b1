import { decodeText } from "@millrace/contract";
import type { DataItems } from "./ask-model.js";
import type { Attribution, HidingInput, SamplingOptions } from "./coalition.js";
import { ExplanationError } from "./explanation-error.js";
import { createShuffler } from "./seeded-random.js";

/** A row of a table: a value for each column. */
export type Row = Readonly<Record<string, unknown>>;

/** The values that replace the hidden columns of a row. */
export interface Background {
  readonly rows: readonly Row[];
  /** Columns without a declared typical value; 0 replaces them. */
  readonly assumed: readonly string[];
}

export interface HidingRow extends HidingInput {
  readonly describe: (attribution: Attribution) => {
    readonly featureImportance: readonly { feature: string; condition: string; score: number }[];
  };
  /** How many combinations of hidden columns can be run: each costs one model call per background row. */
  readonly samples: number;
  readonly notices: readonly string[];
}

// So many combinations a column are worth more than further rows of the background.
const combinationsPerColumn = 10;

/**
 * A row whose columns can be hidden: they take the values of the background's rows, and the answer is the mean over these. Lundberg and
 * Lee (NeurIPS 2017), section 4, with features taken as independent. Where the samples do not last for all rows of the background,
 * some of them are chosen. Columns that it lacks are not hidden, and so not explained.
 *
 * @throws ExplanationError when the data item is no object of columns, or the background has none of them.
 */
export function hideColumns(
  items: DataItems,
  item: string,
  { rows, assumed }: Background,
  { samples, random }: SamplingOptions,
): HidingRow {
  const row = parseRow(items[item] ?? new Uint8Array(), item);
  const names = Object.keys(row);
  if (names.length === 0) throw new ExplanationError(`Data item ${JSON.stringify(item)} has no columns to explain.`);
  const columns = names.filter((name) => rows.every((other) => Object.hasOwn(other, name)));
  if (columns.length === 0)
    throw new ExplanationError(
      `The model's background has none of the columns of data item ${JSON.stringify(item)}: an explanation needs values to replace them with.`,
    );
  const combinations = Math.min(2 ** columns.length, combinationsPerColumn * columns.length);
  const count = Math.max(1, Math.min(rows.length, Math.floor((samples - 1) / (combinations - 1))));
  const chosen =
    count === rows.length ? rows : Array.from(createShuffler(random, rows.length)(count), (at) => rows[at]);
  const encoder = new TextEncoder();
  return {
    size: columns.length,
    whole: items,
    hide: (coalition) =>
      chosen.map((other) => {
        const changed = { ...row };
        columns.forEach((column, at) => {
          if (coalition[at] !== 1) changed[column] = other?.[column];
        });
        return { ...items, [item]: encoder.encode(JSON.stringify(changed)) };
      }),
    describe: ({ scores }) => ({
      featureImportance: columns
        .map((feature, at) => ({ feature, condition: conditionOf(row, rows, feature), score: scores[at] ?? 0 }))
        .sort((a, b) => Math.abs(b.score) - Math.abs(a.score)),
    }),
    // The row as it came is one call.
    samples: 1 + Math.floor((samples - 1) / count),
    notices: noticesOf(
      names.filter((name) => !columns.includes(name)),
      columns.filter((name) => assumed.includes(name)),
    ),
  };
}

function noticesOf(unexplained: readonly string[], assumed: readonly string[]): string[] {
  const list = (columns: readonly string[]) => columns.map((column) => JSON.stringify(column)).join(", ");
  return [
    ...(unexplained.length === 0
      ? []
      : [`Not explained, because the model's background lacks them: the columns ${list(unexplained)}.`]),
    ...(assumed.length === 0
      ? []
      : [`Assumed to be typically 0, because model.yaml declares no mean for them: the columns ${list(assumed)}.`]),
  ];
}

/** What the column is, and, for numbers, what it is on the average of the background. */
function conditionOf(row: Row, rows: readonly Row[], column: string): string {
  const value = row[column];
  const others = rows.map((other) => other[column]);
  const said = `= ${JSON.stringify(value)}`;
  if (typeof value !== "number" || !others.every((other) => typeof other === "number")) return said;
  const mean = others.reduce((total, other) => total + other, 0) / others.length;
  return `${said} (typically ${Number(mean.toPrecision(4))})`;
}

function parseRow(bytes: Uint8Array, item: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch {
    value = undefined;
  }
  if (Array.isArray(value))
    throw new ExplanationError(
      `Data item ${JSON.stringify(item)} is a list of ${value.length} rows, but only one row can be explained at a time: send each as its own input.`,
    );
  if (typeof value !== "object" || value === null)
    throw new ExplanationError(
      `Data item ${JSON.stringify(item)} is not a JSON object of columns, such as {"age": 42}.`,
    );
  return value as Record<string, unknown>;
}
