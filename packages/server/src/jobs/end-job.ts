import type { Pool } from "pg";
import type { Caller } from "../accounts/caller.js";
import { inTransaction, type Database } from "../database/transaction.js";
import { dequeueChunks } from "../queue/chunk-task.js";
import { jobTransitions } from "../states/job-states.js";
import { findJobRow } from "./find-job.js";
import type { JobChanges } from "./job-changes.js";

interface EndJobParts {
  readonly pool: Pool;
  readonly changes: JobChanges;
}

/**
 * Cancels a job. When this resolves, its status is CANCELED; finished results are kept, and workers stop within a second.
 * No effect on a job that has already ended.
 *
 * @throws MillraceError `not_found`.
 */
export async function cancelJob(parts: EndJobParts, caller: Caller, jobIdentifier: string): Promise<void> {
  const { id } = await findJobRow(parts.pool, caller, jobIdentifier);
  await endJobs(parts, jobTransitions.cancel, "id = $3", [id]);
}

/** Ends every job past its time limit; index jobs_with_time_limit. */
export async function endTimedOutJobs(parts: EndJobParts): Promise<void> {
  await endJobs(
    parts,
    jobTransitions.timeOut,
    "timeout_ms IS NOT NULL AND ended_at IS NULL AND submitted_at + timeout_ms * interval '1 ms' <= now()",
    [],
  );
}

async function endJobs(
  { pool, changes }: EndJobParts,
  transition: (typeof jobTransitions)["cancel" | "timeOut"],
  condition: string,
  parameters: readonly number[],
): Promise<void> {
  const ended = await inTransaction(pool, async (transaction) => {
    const { rows } = await transaction.query<{ id: number }>(
      `UPDATE millrace.jobs SET status = $1, ended_at = now(), updated_at = now()
       WHERE status = ANY ($2) AND ${condition} RETURNING id`,
      [transition.to, transition.from, ...parameters],
    );
    for (const { id } of rows) await cleanUp(transaction, id);
    return rows;
  });
  for (const { id } of ended) changes.note(id);
}

async function cleanUp(transaction: Database, jobId: number): Promise<void> {
  await transaction.query("DELETE FROM millrace.job_credentials WHERE job_id = $1", [jobId]);
  await dequeueChunks(transaction, jobId);
}
