import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";

// Driver and database hold a statement's parameters in memory; inserting in slices keeps that bounded.
const rowsPerStatement = 20_000;

/** Inserts one row per input, in the caller's order. */
export async function insertInputs(
  transaction: Database,
  jobId: number,
  sources: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(sources);
  for (let first = 0; first < names.length; first += rowsPerStatement) {
    const slice = names.slice(first, first + rowsPerStatement);
    await transaction.query(
      prepared(
        `INSERT INTO millrace.inputs (job_id, position, name, data_items)
       SELECT $1, $2 + ordinality - 1, name, data_items
       FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS source (name, data_items, ordinality)`,
        [jobId, first, slice, slice.map((name) => JSON.stringify(sources[name]))],
      ),
    );
  }
}
