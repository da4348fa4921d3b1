import type { Pool, PoolClient } from "pg";
import { isDatabaseOutage } from "../database/outage.js";
import { inTransaction } from "../database/transaction.js";
import { deleteOldAuditEntries } from "./audit-retention.js";
import { deleteOldDriftCounts } from "./drift-retention.js";
import { deleteOldUsage } from "./usage-retention.js";
import { slowStatement } from "../database/slow-statement.js";
import type { Log } from "../telemetry/log.js";
import { deliveryStatus } from "../states/delivery-states.js";
import { sqlStatus } from "../states/status-sql.js";
import type { BlobStore } from "../storage/blob-store.js";
import { outputPrefix } from "../results/store-output.js";
import { sourceRegistry } from "../inputs/sources/registry.js";
import { uploadPrefix } from "../jobs/upload.js";

interface RetentionParts {
  readonly pool: Pool;
  readonly blobs: BlobStore;
  readonly log: Log;
  /** Hours after a job ends until its results are deleted, unless the submission says otherwise; 0 keeps them. */
  readonly hoursDeleteResults: number;
  /** Days to keep audit log entries. */
  readonly auditDays: number;
}

const jobsPerTurn = 100;

/** Deletes expired inputs and results, up to 100 jobs each; every process calls it periodically. */
export async function deleteOldData(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  await deleteOldInputs(parts, signal);
  await parts.pool.query(
    `DELETE FROM millrace.webhook_deliveries WHERE status <> ${sqlStatus(deliveryStatus.pending)} AND created_at < now() - interval '30 days'`,
  );
  await deleteOldDriftCounts(parts.pool);
  await deleteOldUsage(parts.pool);
  await deleteOldAuditEntries(parts.pool, parts.auditDays);
  await deleteOldResults(parts, signal, "delete_results_after_hours > 0", "delete_results_after_hours");
  const { hoursDeleteResults: hours } = parts;
  if (hours > 0) await deleteOldResults(parts, signal, "delete_results_after_hours IS NULL", String(hours));
}

/** Index jobs_with_inputs. */
function deleteOldInputs(parts: RetentionParts, signal: AbortSignal): Promise<void> {
  return deleteOfOldJobs(
    parts,
    signal,
    "inputs_deleted_at IS NULL AND ended_at <= now() - delete_inputs_after_hours * interval '1 hour'",
    async (transaction, { id, identifier, input_type: inputType }) => {
      await parts.blobs.remove(uploadPrefix(identifier), signal);
      await transaction.query("UPDATE millrace.jobs SET inputs_deleted_at = now() WHERE id = $1", [id]);
      await transaction.query("DELETE FROM millrace.upload_pieces WHERE job_id = $1", [id]);
      if (sourceRegistry.find(inputType ?? "")?.isStored === true)
        await transaction.query(slowStatement("UPDATE millrace.inputs SET data_items = '{}' WHERE job_id = $1", [id]));
      parts.log.debug({ job: identifier }, "deleted the inputs of a job");
    },
  );
}

/** Indexes jobs_with_results and jobs_with_own_retention. The job's row stays, with its counters; what became of each input is a result. */
function deleteOldResults(parts: RetentionParts, signal: AbortSignal, which: string, hours: string): Promise<void> {
  return deleteOfOldJobs(
    parts,
    signal,
    `${which} AND results_deleted_at IS NULL AND ended_at <= now() - ${hours} * interval '1 hour'`,
    async (transaction, { id, identifier }) => {
      await parts.blobs.remove(outputPrefix(identifier), signal);
      await transaction.query("UPDATE millrace.jobs SET results_deleted_at = now() WHERE id = $1", [id]);
      for (const table of ["outcome_batches", "votes", "chunks", "outputs", "inputs"])
        await transaction.query(slowStatement(`DELETE FROM millrace.${table} WHERE job_id = $1`, [id]));
      parts.log.debug({ job: identifier }, "deleted the results of a job");
    },
  );
}

interface OldJob {
  readonly id: number;
  readonly identifier: string;
  readonly input_type: string | null;
}

/**
 * Locks each job while its data is deleted, so that it is not resubmitted meanwhile. Blobs go first, so that an
 * interrupted deletion is repeated.
 */
async function deleteOfOldJobs(
  { pool, log }: RetentionParts,
  signal: AbortSignal,
  isDue: string,
  deleteData: (transaction: PoolClient, job: OldJob) => Promise<void>,
): Promise<void> {
  const { rows } = await pool.query<{ id: number }>(
    `SELECT id FROM millrace.jobs WHERE ended_at IS NOT NULL AND ${isDue} ORDER BY ended_at LIMIT ${jobsPerTurn}`,
  );
  for (const { id } of rows) {
    try {
      await inTransaction(pool, async (transaction) => {
        const { rows: due } = await transaction.query<OldJob>(
          `SELECT id, identifier, input_type FROM millrace.jobs
           WHERE id = $1 AND ended_at IS NOT NULL AND ${isDue} FOR UPDATE SKIP LOCKED`,
          [id],
        );
        if (due[0] !== undefined) await deleteData(transaction, due[0]);
      });
    } catch (error) {
      signal.throwIfAborted();
      if (isDatabaseOutage(error)) throw error;
      log.warn({ err: error, job: id }, "could not delete old data of a job; retrying");
    }
  }
}
