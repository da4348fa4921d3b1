import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { JobRow } from "../jobs/job-row.js";

/**
 * Finds the position of an input in its job; index inputs_by_name.
 *
 * @throws MillraceError `not_found`.
 */
export async function findPosition(database: Database, job: JobRow, inputName: string): Promise<number> {
  const { rows } = await database.query<{ position: number }>(
    "SELECT position FROM millrace.inputs WHERE (job_id + 0) = $1 AND name = $2",
    [job.id, inputName],
  );
  if (rows[0] !== undefined) return rows[0].position;
  throw new MillraceError("not_found", `Job ${job.identifier} has no input ${JSON.stringify(inputName)}.`);
}
