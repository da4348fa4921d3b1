import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import { colors } from "./colors.js";
import { print, printFields, printJson, printNotice, terminalColumns } from "./print.js";
import { printable } from "./printable.js";

/** A column of a list. */
export interface Column<Row> {
  readonly name: string;
  /** What stands in it; text of others need not be `printable`. Null and undefined leave it empty. */
  readonly text: (row: Row) => string | number | null | undefined;
  /** What a terminal shows instead of the text, such as a bar. Not longer than `text` and 30 characters. */
  readonly draw?: (row: Row) => string | undefined;
  readonly color?: (row: Row) => ((text: string) => string) | undefined;
  /** Never shortened, as identifiers are there to be copied. */
  readonly isWhole?: boolean;
}

export interface ListOptions {
  /** One line of JSON for each row. */
  readonly json?: boolean | undefined;
  /** What a person reads when there is nothing. */
  readonly empty?: string;
}

/** Decide about the widths; rows after them are shortened where they do not fit. */
const sampleRows = 200;
const gap = "  ";
/** What a column is shortened to at most; if it must be less, every field gets a line of its own. */
const shortestColumn = 8;
/** Of a field that has a line of its own. */
const wrappedLines = 4;

/**
 * Prints rows as they come: on a terminal as a table as wide as that, elsewhere as lines of fields separated by tabs, without a
 * head and in full. However many there are, only a few are in memory.
 *
 * @returns how many there were.
 */
export async function printList<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  columns: readonly Column<Row>[],
  { json = false, empty }: ListOptions = {},
): Promise<number> {
  const width = terminalColumns();
  let count = 0;
  let sample: Row[] = [];
  let write: ((row: Row) => void) | undefined;
  if (json) write = printJson;
  else if (width === undefined) write = (row) => printFields(columns.map((column) => textOf(column, row)));
  const startTable = (columnsOfTerminal: number) => {
    write = tableWriter(columns, sample, columnsOfTerminal);
    sample.forEach(write);
    sample = [];
  };
  for await (const row of rows) {
    count += 1;
    if (write !== undefined) write(row);
    else if (sample.push(row) >= sampleRows) startTable(width ?? 0);
  }
  if (sample.length > 0) startTable(width ?? 0);
  if (count === 0 && !json && empty !== undefined) printNotice(empty);
  return count;
}

function tableWriter<Row>(columns: readonly Column<Row>[], sample: readonly Row[], width: number): (row: Row) => void {
  const natural = columns.map((column) =>
    Math.max(column.name.length, ...sample.map((row) => stringWidth(shownOf(column, row)))),
  );
  const widths = fit(natural, columns, width);
  if (widths === undefined) return (row) => print(`${formatFields(columns, row, width)}\n`);
  print(colors.bold(joinCells(columns.map(({ name }, index) => pad(name, widths[index] ?? 0)))));
  return (row) =>
    print(
      joinCells(
        columns.map((column, index) => {
          const shown = pad(shorten(shownOf(column, row), widths[index] ?? 0), widths[index] ?? 0);
          return column.color?.(row)?.(shown) ?? shown;
        }),
      ),
    );
}

/** Takes from the widest columns what is too much; undefined when columns would get too narrow to read. */
function fit<Row>(natural: readonly number[], columns: readonly Column<Row>[], width: number): number[] | undefined {
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    let widest = -1;
    for (const [index, one] of widths.entries()) {
      const { name = "", isWhole = false } = columns[index] ?? {};
      const canShrink = !isWhole && one > Math.max(shortestColumn, name.length);
      if (canShrink && one > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** One line for every field. */
function formatFields<Row>(columns: readonly Column<Row>[], row: Row, width: number): string {
  const filled = columns.filter((column) => shownOf(column, row) !== "");
  const longest = Math.max(0, ...filled.map(({ name }) => name.length));
  return filled
    .map((column) => {
      const indent = " ".repeat(longest + gap.length);
      const lines = wrap(shownOf(column, row), width - indent.length);
      const shown = lines.map((line) => column.color?.(row)?.(line) ?? line).join(`\n${indent}`);
      return `${colors.bold(column.name.padEnd(longest))}${gap}${shown}`;
    })
    .join("\n");
}

function joinCells(cells: readonly string[]): string {
  return cells.join(gap).trimEnd();
}

function shownOf<Row>(column: Column<Row>, row: Row): string {
  return column.draw?.(row) ?? textOf(column, row);
}

function textOf<Row>(column: Column<Row>, row: Row): string {
  return printable(String(column.text(row) ?? ""));
}

function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const shortened = cliTruncate(text, Math.max(1, width));
  // The cut may fall inside a double-width character, which cli-truncate then keeps.
  return stringWidth(shortened) > width ? cliTruncate(text, Math.max(1, width - 1)) : shortened;
}

/** The lines of a text, as wide as that at most; what is longer than a few lines is shortened. */
function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const character of text) {
    const line = lines.at(-1) ?? "";
    if (stringWidth(line + character) <= Math.max(2, width)) lines[lines.length - 1] = line + character;
    else if (lines.push(character) > wrappedLines) break;
  }
  if (lines.length <= wrappedLines) return lines;
  const last = `${lines[wrappedLines - 1]}…`;
  return [...lines.slice(0, wrappedLines - 1), shorten(last, width)];
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
