import type { Pool, PoolClient } from "pg";
import type { Caller } from "../accounts/caller.js";
import { inTransaction } from "../database/transaction.js";
import { dequeueChunks } from "../queue/chunk-task.js";
import { jobTransitions } from "../states/job-states.js";
import type { JsonText } from "../json/json-text.js";
import { findJobRow, writeJobDetails } from "./find-job.js";
import type { JobChanges } from "./job-changes.js";

interface EndJobParts {
  readonly pool: Pool;
  readonly changes: JobChanges;
}

/**
 * Cancels a job and answers it as CANCELED; finished results are kept, and workers stop within a second. A job that has
 * already ended is answered unchanged.
 *
 * @throws MillraceError `not_found`.
 */
export async function cancelJob(
  { pool, changes }: EndJobParts,
  caller: Caller,
  jobIdentifier: string,
  { withInputs }: { withInputs: boolean },
): Promise<JsonText> {
  const { id } = await findJobRow(pool, caller, jobIdentifier);
  const job = await inTransaction(pool, async (transaction) => {
    await endJobs(transaction, jobTransitions.cancel, "id = $3", [id]);
    return writeJobDetails(transaction, caller, jobIdentifier, { withInputs });
  });
  changes.note(id);
  return job;
}

/** Ends every job past its time limit; index jobs_with_time_limit. */
export async function endTimedOutJobs({ pool, changes }: EndJobParts): Promise<void> {
  const ended = await inTransaction(pool, (transaction) =>
    endJobs(
      transaction,
      jobTransitions.timeOut,
      "timeout_ms IS NOT NULL AND ended_at IS NULL AND submitted_at + timeout_ms * interval '1 ms' <= now()",
      [],
    ),
  );
  for (const id of ended) changes.note(id);
}

async function endJobs(
  transaction: PoolClient,
  transition: (typeof jobTransitions)["cancel" | "timeOut"],
  condition: string,
  parameters: readonly number[],
): Promise<number[]> {
  const { rows } = await transaction.query<{ id: number }>(
    `UPDATE millrace.jobs SET status = $1, ended_at = now(), updated_at = now()
     WHERE status = ANY ($2) AND ${condition} RETURNING id`,
    [transition.to, transition.from, ...parameters],
  );
  for (const { id } of rows) await cleanUp(transaction, id);
  return rows.map(({ id }) => id);
}

async function cleanUp(transaction: PoolClient, jobId: number): Promise<void> {
  await transaction.query("DELETE FROM millrace.job_credentials WHERE job_id = $1", [jobId]);
  await dequeueChunks(transaction, jobId);
}
