import type { Pool } from "pg";
import type { Caller } from "../accounts/caller.js";
import { inTransaction } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { dequeueChunks, enqueueUnfinishedChunks } from "../queue/chunk-task.js";
import { enqueueListing } from "../queue/list-task.js";
import { runnableStatuses } from "../states/job-states.js";
import type { JsonText } from "../json/json-text.js";
import { findJobRow, writeJobDetails } from "./find-job.js";
import type { JobChanges } from "./job-changes.js";

interface PauseJobParts {
  readonly pool: Pool;
  readonly changes: JobChanges;
}

/**
 * Pauses a job until it is resumed. Workers stop within a second; interrupted batches run again after the job is resumed.
 * The time limit keeps running. No effect on a paused job.
 *
 * @throws MillraceError `not_found`; `conflict` when the job is open or has ended.
 */
export async function pauseJob(
  { pool, changes }: PauseJobParts,
  caller: Caller,
  jobIdentifier: string,
): Promise<JsonText> {
  const job = await findJobRow(pool, caller, jobIdentifier);
  const answer = await inTransaction(pool, async (transaction) => {
    const { rowCount } = await transaction.query(
      `UPDATE millrace.jobs SET paused_at = coalesce(paused_at, now()), updated_at = now() WHERE id = $1 AND status = ANY ($2)`,
      [job.id, runnableStatuses],
    );
    if (rowCount === 0) throw notRunning(jobIdentifier, job.status, "paused");
    await dequeueChunks(transaction, job.id);
    return writeJobDetails(transaction, caller, jobIdentifier);
  });
  changes.note(job.id);
  return answer;
}

/**
 * Resumes a paused job. No effect on a job that is not paused.
 *
 * @throws MillraceError `not_found`; `conflict` when the job is open or has ended.
 */
export async function resumeJob(
  { pool, changes }: PauseJobParts,
  caller: Caller,
  jobIdentifier: string,
): Promise<JsonText> {
  const job = await findJobRow(pool, caller, jobIdentifier);
  const answer = await inTransaction(pool, async (transaction) => {
    const { rows } = await transaction.query<{ total: number; paused_at: Date | null }>(
      "SELECT total, paused_at FROM millrace.jobs WHERE id = $1 AND status = ANY ($2) FOR UPDATE",
      [job.id, runnableStatuses],
    );
    if (rows[0] === undefined) throw notRunning(jobIdentifier, job.status, "resumed");
    if (rows[0].paused_at !== null) {
      await transaction.query("UPDATE millrace.jobs SET paused_at = NULL, updated_at = now() WHERE id = $1", [job.id]);
      // A listing interrupted by the pause starts over.
      if (rows[0].total === 0) await enqueueListing(transaction, job);
      else await enqueueUnfinishedChunks(transaction, job);
    }
    return writeJobDetails(transaction, caller, jobIdentifier);
  });
  changes.note(job.id);
  return answer;
}

function notRunning(jobIdentifier: string, status: string, what: string): MillraceError {
  return new MillraceError(
    "conflict",
    `Job ${jobIdentifier} cannot be ${what}: its status is ${status}, expected one of ${runnableStatuses.join(", ")}.`,
  );
}
