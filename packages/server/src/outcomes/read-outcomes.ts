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

interface BatchRow {
  readonly last_event: number;
  readonly first_position: number;
  readonly part: number;
  readonly positions: number[];
  readonly failed_positions: number[];
  readonly is_retried: boolean;
  readonly lines: string;
}

// Rows held in memory at once, whatever the size of the job: each has a chunk's lines at most.
const batchesPerSlice = 64;

const conditions = {
  all: "",
  succeeded: "AND cardinality(positions) > cardinality(failed_positions)",
  failed: "AND failed_positions <> '{}'",
};

/**
 * Reads the outcomes of a range of inputs, by position, in slices of a few chunks; index outcome_batches_by_position.
 *
 * @param which those of inputs that succeeded, that failed, or all.
 */
export async function* readOutcomes(
  database: Database,
  jobId: number,
  range: PositionRange,
  which: keyof typeof conditions,
): AsyncGenerator<PositionedLine[]> {
  const statement = `SELECT last_event, first_position, part, positions, failed_positions, is_retried, lines FROM millrace.outcome_batches
    WHERE job_id = $1 AND (first_position, part) > ($2, $3) AND first_position <= $4 ${conditions[which]}
    ORDER BY first_position, part LIMIT ${batchesPerSlice}`;
  // The chunk with the first position of the range cannot begin earlier.
  let after: [firstPosition: number, part: number] = [range.first - maximumChunkSize, 0];
  // Rows overlap: lines wait here until no row that is still to come can have one before them.
  let waiting: PositionedLine[] = [];
  for (;;) {
    const { rows } = await database.query<BatchRow>(prepared(statement, [jobId, ...after, range.last]));
    waiting.push(...rows.flatMap((row) => linesOf(row).filter(({ position }) => isWithin(position, range))));
    if (which !== "all") waiting = waiting.filter(({ isFailed }) => isFailed === (which === "failed"));
    waiting.sort((one, other) => one.position - other.position);
    const last = rows.length < batchesPerSlice ? undefined : rows.at(-1);
    if (last === undefined) {
      if (waiting.length > 0) yield waiting;
      return;
    }
    const known = waiting.findIndex(({ position }) => position >= last.first_position);
    const ready = known === -1 ? waiting : waiting.slice(0, known);
    waiting = waiting.slice(ready.length);
    if (ready.length > 0) yield ready;
    after = [last.first_position, last.part];
  }
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
       WHERE job_id = $1 AND last_event > $2 ORDER BY last_event LIMIT ${batchesPerSlice}`,
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

function linesOf({ positions, failed_positions: failed, is_retried: isRetried, lines }: BatchRow): PositionedLine[] {
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
