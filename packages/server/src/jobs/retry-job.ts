import { inputSources, isInputSourceType } from "@millrace/contract";
import type { Pool, PoolClient } from "pg";
import type { Caller } from "../accounts/caller.js";
import { slowStatement } from "../database/slow-statement.js";
import { inTransaction } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { sourceRegistry } from "../inputs/sources/registry.js";
import { requireQuota } from "../limits/require-quota.js";
import { enqueueUnfinishedChunks } from "../queue/chunk-task.js";
import { allows, jobTransitions } from "../states/job-states.js";
import type { SecretBox } from "../storage/secret-box.js";
import { accessOf, hasCredentials, storeAccess } from "./credentials.js";
import type { JsonText } from "../json/json-text.js";
import { findJobRow, writeJobDetails } from "./find-job.js";
import type { JobChanges } from "./job-changes.js";
import { holderOf, type JobRow } from "./job-row.js";
import { parseAccess } from "./parse-submission.js";

/**
 * Retries the inputs of an ended job that have no result: those that failed, and those not run because the job was cancelled
 * or timed out. Existing results are kept. Time limit and elapsed time start over.
 *
 * @param access the fields of the submission's `input` with the data access. Credentials are deleted when a job ends, so they
 *   must be sent again if the job had any.
 * @throws MillraceError `not_found`; `conflict` when the job has not ended, has a result for every input, or its inputs
 *   were deleted; `invalid_request` for invalid access.
 */
export async function retryJob(
  { pool, secrets, changes }: { pool: Pool; secrets: SecretBox; changes: JobChanges },
  caller: Caller,
  jobIdentifier: string,
  access: object | undefined,
): Promise<JsonText> {
  const job = await findJobRow(pool, caller, jobIdentifier);
  const refuse = (reason: string) => new MillraceError("conflict", `Job ${jobIdentifier} cannot be retried: ${reason}`);
  const answer = await inTransaction(pool, async (transaction) => {
    const { rows } = await transaction.query<{
      status: string;
      inputs_deleted_at: Date | null;
      results_deleted_at: Date | null;
    }>("SELECT status, inputs_deleted_at, results_deleted_at FROM millrace.jobs WHERE id = $1 FOR UPDATE", [job.id]);
    const { status = "", inputs_deleted_at: inputsDeletedAt = null } = rows[0] ?? {};
    if (!allows(jobTransitions.retry, status))
      throw refuse(`its status is ${status}, expected one of ${jobTransitions.retry.from.join(", ")}.`);
    if (job.total === 0) throw refuse("it has no inputs; submit a new job.");
    if (rows[0]?.results_deleted_at != null) throw refuse("its inputs and results were deleted; submit a new job.");
    if (inputsDeletedAt !== null && sourceRegistry.find(job.input_type ?? "")?.isStored === true)
      throw refuse(
        `its inputs were deleted ${job.delete_inputs_after_hours} hours after its end (hoursDeleteInput); submit a new job.`,
      );
    const failed = await resetFailedInputs(transaction, job.id);
    await transaction.query(
      "UPDATE millrace.chunks SET deaths = 0, suspect_deaths = 0 WHERE job_id = $1 AND deaths > 0",
      [job.id],
    );
    if (failed === 0 && job.completed === job.total) throw refuse("every input has a result.");
    await grantAccess(transaction, secrets, job, access);
    await transaction.query(
      `UPDATE millrace.jobs SET status = $2, failed = failed - $3, submitted_at = now(), started_at = NULL, ended_at = NULL,
         paused_at = NULL, status_reason = NULL, updated_at = now() WHERE id = $1`,
      [job.id, jobTransitions.retry.to, failed],
    );
    await requireQuota(transaction, holderOf(job));
    await enqueueUnfinishedChunks(transaction, job);
    return writeJobDetails(transaction, caller, jobIdentifier);
  });
  changes.note(job.id);
  return answer;
}

async function resetFailedInputs(transaction: PoolClient, jobId: number): Promise<number> {
  const { rows } = await transaction.query<{ failed: number }>(
    slowStatement(
      `WITH retried AS (
         UPDATE millrace.outcome_batches SET is_retried = true
         WHERE job_id = $1 AND NOT is_retried AND failed_positions <> '{}' RETURNING cardinality(failed_positions) AS failed
       )
       SELECT coalesce(sum(failed), 0)::int AS failed FROM retried`,
      [jobId],
    ),
  );
  return rows[0]?.failed ?? 0;
}

async function grantAccess(
  transaction: PoolClient,
  secrets: SecretBox,
  job: JobRow,
  fields: object | undefined,
): Promise<void> {
  const type = job.input_type;
  if (!isInputSourceType(type) || inputSources[type].isStored) return;
  const input = parseAccess(type, fields ?? {});
  if (job.needs_access && !hasCredentials(input)) {
    const { type: _type, sources: _sources, ...known } = inputSources[type].schema.properties;
    const example = Object.keys(known).map((field) => `"${field}": ...`);
    throw new MillraceError(
      "invalid_request",
      `input.${inputSources[type].secretFields[0]} is missing: job ${job.identifier} had credentials, which were deleted when it ended; send them again as {"input": {${example.join(", ")}}}.`,
    );
  }
  const access = accessOf(input);
  if (access !== undefined) await storeAccess(transaction, secrets, job, access);
}
