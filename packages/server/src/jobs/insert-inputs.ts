import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";

// Driver and database hold a statement's parameters in memory; inserting in slices keeps that bounded.
const rowsPerStatement = 20_000;

/** An input with its data items by name. */
export type NamedInput = readonly [name: string, dataItems: unknown];

/** Inserts one row per input, in the caller's order. */
export async function insertInputs(transaction: Database, jobId: number, inputs: readonly NamedInput[]): Promise<void> {
  for (let first = 0; first < inputs.length; first += rowsPerStatement) {
    const slice = inputs.slice(first, first + rowsPerStatement);
    await transaction.query(
      prepared(
        `INSERT INTO millrace.inputs (job_id, position, name, data_items)
       SELECT $1, $2 + ordinality - 1, name, data_items
       FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS source (name, data_items, ordinality)`,
        [jobId, first, slice.map(([name]) => name), slice.map(([, dataItems]) => JSON.stringify(dataItems))],
      ),
    );
  }
}
