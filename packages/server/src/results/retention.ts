import type { Pool } from "pg";
import type { Log } from "../telemetry/log.js";
import type { BlobStore } from "../storage/blob-store.js";
import { outputPrefix } from "./store-output.js";
import { storedInputTypes } from "../jobs/parse-submission.js";
import { uploadPrefix } from "../jobs/upload.js";

interface RetentionParts {
  readonly pool: Pool;
  readonly blobs: BlobStore;
  readonly log: Log;
  /** Hours after a job's end at which its results are deleted; 0: never. */
  readonly hoursDeleteResults: number;
}

const jobsPerTurn = 100;

/** Deletes the inputs and results whose time has come, up to 100 jobs of each; called now and then by every worker. */
export async function deleteOldData(parts: RetentionParts): Promise<void> {
  await deleteOldInputs(parts);
  await parts.pool.query(
    "DELETE FROM millrace.webhook_deliveries WHERE status <> 'PENDING' AND created_at < now() - interval '30 days'",
  );
  if (parts.hoursDeleteResults > 0) await deleteOldResults(parts);
}

/** Index jobs_with_inputs. Blobs go first: a deletion that was interrupted is done again. */
async function deleteOldInputs({ pool, blobs, log }: RetentionParts): Promise<void> {
  const { rows } = await pool.query<{ id: number; identifier: string }>(
    `SELECT id, identifier FROM millrace.jobs
     WHERE inputs_deleted_at IS NULL AND ended_at IS NOT NULL AND ended_at <= now() - delete_inputs_after_hours * interval '1 hour'
     ORDER BY ended_at LIMIT $1`,
    [jobsPerTurn],
  );
  for (const { id, identifier } of rows) {
    await blobs.remove(uploadPrefix(identifier));
    // One statement, and only of a job that was not submitted again meanwhile.
    await pool.query(
      `WITH job AS (
         UPDATE millrace.jobs SET inputs_deleted_at = now() WHERE id = $1 AND ended_at IS NOT NULL RETURNING id, input_type
       ), emptied AS (
         UPDATE millrace.inputs i SET data_items = '{}' FROM job WHERE i.job_id = job.id AND job.input_type = ANY ($2)
       )
       DELETE FROM millrace.upload_pieces p USING job WHERE p.job_id = job.id`,
      [id, storedInputTypes],
    );
    log.debug({ job: identifier }, "the inputs of a job were deleted");
  }
}

/** Index jobs_with_results. The job's row stays, with its counters; what became of each input is a result. */
async function deleteOldResults({ pool, blobs, log, hoursDeleteResults }: RetentionParts): Promise<void> {
  const { rows } = await pool.query<{ id: number; identifier: string }>(
    `SELECT id, identifier FROM millrace.jobs
     WHERE results_deleted_at IS NULL AND ended_at IS NOT NULL AND ended_at <= now() - $1 * interval '1 hour'
     ORDER BY ended_at LIMIT $2`,
    [hoursDeleteResults, jobsPerTurn],
  );
  for (const { id, identifier } of rows) {
    await blobs.remove(outputPrefix(identifier));
    await pool.query(
      `WITH job AS (
         UPDATE millrace.jobs SET results_deleted_at = now() WHERE id = $1 AND ended_at IS NOT NULL RETURNING id
       ), events AS (
         DELETE FROM millrace.job_events e USING job WHERE e.job_id = job.id
       ), votes AS (
         DELETE FROM millrace.votes v USING job WHERE v.job_id = job.id
       ), chunks AS (
         DELETE FROM millrace.chunks c USING job WHERE c.job_id = job.id
       ), inputs AS (
         DELETE FROM millrace.inputs i USING job WHERE i.job_id = job.id
       )
       DELETE FROM millrace.outputs o USING job WHERE o.job_id = job.id`,
      [id],
    );
    log.debug({ job: identifier }, "the results of a job were deleted");
  }
}
