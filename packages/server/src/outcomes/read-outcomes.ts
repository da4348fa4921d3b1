import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { maximumChunkSize } from "./chunk-size.js";

/** First and last position, both inclusive. */
export interface PositionRange {
  readonly first: number;
  readonly last: number;
}

/** The outcome of an input, see `readOutcomeLine`. */
export interface PositionedLine {
  readonly position: number;
  readonly isFailed: boolean;
  readonly line: string;
}

/** Outcomes of a range of inputs, by position. */
export interface OutcomeSlice {
  readonly positions: readonly number[];
  /** The line of each, see `readOutcomeLine`. */
  readonly text: string;
}

export function linesOfSlice({
  positions,
  text,
}: OutcomeSlice): { readonly position: number; readonly line: string }[] {
  return text.split("\n").map((line, index) => ({ position: positions[index] ?? -1, line }));
}

interface BatchRow {
  readonly last_event: number;
  readonly first_position: number;
  readonly part: number;
  readonly positions: number[];
  readonly failed_positions: number[];
  readonly is_retried: boolean;
  readonly lines: string;
}

// Rows held in memory at once, whatever the size of the job: each has a chunk's lines at most. So many hold the thread for milliseconds.
const batchesPerSlice = 16;
// A reader of events asks once a flush.
const batchesPerLook = 64;

const conditions = {
  all: "",
  succeeded: "AND cardinality(positions) > cardinality(failed_positions)",
  failed: "AND failed_positions <> '{}'",
};

/**
 * Reads the outcomes of a range of inputs, by position, in slices of a few chunks; index outcome_batches_by_position. The next slice is read
 * while one is used.
 *
 * @param which those of inputs that succeeded, that failed, or all.
 */
export async function* readOutcomes(
  database: Database,
  jobId: number,
  range: PositionRange,
  which: keyof typeof conditions,
): AsyncGenerator<OutcomeSlice> {
  // Positions that follow each other, as they mostly do, are not worth a list.
  const statement = `SELECT first_position, part, lines, positions[1] AS "from", positions[cardinality(positions)] AS "to",
      CASE WHEN positions[cardinality(positions)] - positions[1] + 1 > cardinality(positions) THEN positions END AS scattered,
      NULLIF(failed_positions, '{}') AS failed, is_retried
    FROM millrace.outcome_batches
    WHERE job_id = $1 AND (first_position, part) > ($2, $3) AND first_position <= $4 ${conditions[which]}
    ORDER BY first_position, part LIMIT ${batchesPerSlice}`;
  const read = (after: { readonly first_position: number; readonly part: number }): Promise<{ rows: SliceRow[] }> => {
    const reading = database.query<SliceRow>(
      prepared(statement, [jobId, after.first_position, after.part, range.last]),
    );
    // Whoever stops in between asks for it no more.
    reading.catch(() => undefined);
    return reading;
  };
  // The chunk with the first position of the range cannot begin earlier.
  let next: Promise<{ rows: SliceRow[] }> | undefined = read({
    first_position: range.first - maximumChunkSize,
    part: 0,
  });
  // Rows overlap: from the first on that one to come can have a line within, they wait.
  let waiting: SliceRow[] = [];
  while (next !== undefined) {
    const { rows }: { readonly rows: SliceRow[] } = await next;
    const last: SliceRow | undefined = rows.length < batchesPerSlice ? undefined : rows.at(-1);
    next = last && read(last);
    waiting.push(...rows);
    const unsettled = last === undefined ? -1 : waiting.findIndex(({ to }) => to >= last.first_position);
    const ready = unsettled === -1 ? waiting : waiting.slice(0, unsettled);
    waiting = waiting.slice(ready.length);
    const slice = sliceOf(ready, range, which);
    if (slice.positions.length > 0) yield slice;
  }
}

interface SliceRow {
  readonly first_position: number;
  readonly part: number;
  readonly lines: string;
  readonly from: number;
  readonly to: number;
  /** All positions, where some are missing between the first and the last. */
  readonly scattered: number[] | null;
  readonly failed: number[] | null;
  readonly is_retried: boolean;
}

function sliceOf(rows: readonly SliceRow[], range: PositionRange, which: keyof typeof conditions): OutcomeSlice {
  const isAsItIs = rows.every(
    (row, index) =>
      row.from >= range.first &&
      row.to <= range.last &&
      (row.failed === null || (which === "all" && !row.is_retried)) &&
      row.from > (rows[index - 1]?.to ?? -1),
  );
  if (isAsItIs && which !== "failed")
    return { positions: rows.flatMap(positionsOf), text: rows.map(({ lines }) => lines).join("\n") };
  const lines = rows
    .flatMap((row) => linesOf({ ...row, positions: positionsOf(row), failed_positions: row.failed ?? [] }))
    .filter(
      ({ position, isFailed }) => isWithin(position, range) && (which === "all" || isFailed === (which === "failed")),
    )
    .toSorted((one, other) => one.position - other.position);
  return { positions: lines.map(({ position }) => position), text: lines.map(({ line }) => line).join("\n") };
}

function positionsOf({ from, to, scattered }: SliceRow): number[] {
  return scattered ?? Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** An outcome and when it came, counted from 1 for the first of the job. */
export type NumberedLine = PositionedLine & { readonly sequence: number };

/**
 * Reads the outcomes that came after another, in completion order; primary key of outcome_batches. An input that runs again has none.
 *
 * @returns the outcomes, and the sequence of the last one that was seen, the same as `sequence` if there are none yet.
 */
export async function readOutcomesSince(
  database: Database,
  jobId: number,
  sequence: number,
): Promise<{ lines: NumberedLine[]; sequence: number }> {
  const { rows } = await database.query<BatchRow>(
    prepared(
      `SELECT last_event, first_position, part, positions, failed_positions, is_retried, lines FROM millrace.outcome_batches
       WHERE job_id = $1 AND last_event > $2 ORDER BY last_event LIMIT ${batchesPerLook}`,
      [jobId, sequence],
    ),
  );
  const lines = rows.flatMap((row) =>
    linesOf(row)
      .map((line) => ({
        ...line,
        sequence: row.last_event - row.positions.length + 1 + row.positions.indexOf(line.position),
      }))
      .filter((line) => line.sequence > sequence),
  );
  return { lines, sequence: rows.at(-1)?.last_event ?? sequence };
}

function linesOf({
  positions,
  failed_positions: failed,
  is_retried: isRetried,
  lines,
}: Pick<BatchRow, "positions" | "failed_positions" | "is_retried" | "lines">): PositionedLine[] {
  const failures = new Set(failed);
  return lines
    .split("\n")
    .map((line, index) => {
      const position = positions[index] ?? -1;
      return { position, isFailed: failures.has(position), line };
    })
    .filter(({ isFailed }) => !(isFailed && isRetried));
}

function isWithin(position: number, { first, last }: PositionRange): boolean {
  return position >= first && position <= last;
}
