import { byName, type JobStatus } from "@millrace/contract";
import type { Pool, PoolClient } from "pg";
import type { Caller } from "../accounts/caller.js";
import { inTransaction } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { UploadedItem } from "../inputs/uploaded-item.js";
import { holderOf } from "./job-row.js";
import { requireQuota } from "../limits/require-quota.js";
import { allows, closedStatuses, jobTransitions } from "../states/job-states.js";
import type { BlobStore } from "../storage/blob-store.js";
import type { JsonText } from "../json/json-text.js";
import { findJobReceipt, findJobRow } from "./find-job.js";
import { insertChunks } from "./insert-chunks.js";
import { insertInputs } from "./insert-inputs.js";
import type { JobChanges } from "./job-changes.js";
import { checkDataItemName, checkName } from "./parse-submission.js";

/** Prefix of a job's uploaded parts in the blob store. */
export function uploadPrefix(jobIdentifier: string): string {
  return `uploads/${jobIdentifier}`;
}

/**
 * Appends a part to a data item of an open job; the first part creates the input and the data item. Durable when it resolves.
 *
 * @throws MillraceError `not_found`; `conflict` if the job is no longer open; `invalid_request` for an invalid name.
 */
export async function appendPiece(
  { pool, blobs }: { pool: Pool; blobs: BlobStore },
  caller: Caller,
  place: { readonly job: string; readonly input: string; readonly dataItem: string },
  bytes: Uint8Array,
): Promise<void> {
  checkName(place.input, "The input");
  checkDataItemName(place.dataItem, "The data item");
  const job = await findJobRow(pool, caller, place.job);
  // Concurrent parts can exceed the quota by at most their own sizes.
  await requireQuota(pool, holderOf(job));
  await inTransaction(pool, async (transaction) => {
    requireOpen(await lockJob(transaction, job.id), place.job, "appended to");
    const { rows } = await transaction.query<{ sequence: number }>(
      "SELECT coalesce(max(sequence), 0) + 1 AS sequence FROM millrace.upload_pieces WHERE job_id = $1",
      [job.id],
    );
    const sequence = rows[0]?.sequence ?? 1;
    const blobKey = `${uploadPrefix(job.identifier)}/${sequence}`;
    await blobs.put(blobKey, bytes);
    await transaction.query(
      `INSERT INTO millrace.upload_pieces (job_id, sequence, input_name, data_item, size_bytes, blob_key) VALUES ($1, $2, $3, $4, $5, $6)`,
      [job.id, sequence, place.input, place.dataItem, bytes.byteLength, blobKey],
    );
  });
}

/**
 * Submits an open job with the uploaded inputs and answers the state that it wrote. No effect on a job that is already
 * closed, so a close can be retried.
 *
 * @throws MillraceError `not_found`; `invalid_request` when nothing was uploaded; `conflict` when the job was cancelled.
 */
export async function closeJob(
  { pool, changes }: { pool: Pool; changes: JobChanges },
  caller: Caller,
  jobIdentifier: string,
): Promise<JsonText> {
  const job = await findJobRow(pool, caller, jobIdentifier);
  const answer = await inTransaction(pool, async (transaction) => {
    const status = await lockJob(transaction, job.id);
    if (closedStatuses.includes(status)) return findJobReceipt(transaction, caller, jobIdentifier);
    requireOpen(status, jobIdentifier, "closed");
    const sources = await readUploads(transaction, job.id);
    const total = sources.size;
    if (total === 0) {
      throw new MillraceError(
        "invalid_request",
        `Job ${jobIdentifier} has no inputs: upload at least one data item before closing it, or cancel it.`,
      );
    }
    await insertInputs(transaction, job.id, [...sources]);
    await insertChunks(transaction, job, total);
    await transaction.query(
      `UPDATE millrace.jobs SET status = $2, total = $3, input_type = 'upload', submitted_at = now(), updated_at = now() WHERE id = $1`,
      [job.id, jobTransitions.close.to, total],
    );
    await requireQuota(transaction, holderOf(job));
    return findJobReceipt(transaction, caller, jobIdentifier);
  });
  changes.note(job.id);
  return answer;
}

/** Nobody else changes the job until the transaction ends. */
async function lockJob(transaction: PoolClient, jobId: number): Promise<JobStatus> {
  const { rows } = await transaction.query<{ status: JobStatus }>(
    "SELECT status FROM millrace.jobs WHERE id = $1 FOR UPDATE",
    [jobId],
  );
  if (rows[0] === undefined) throw new Error(`Job ${jobId} has no row.`);
  return rows[0].status;
}

function requireOpen(status: JobStatus, jobIdentifier: string, what: string): void {
  if (allows(jobTransitions.close, status)) return;
  throw new MillraceError(
    "conflict",
    `Job ${jobIdentifier} is not open (its status is ${status}), so it cannot be ${what}: submit a new job.`,
  );
}

async function readUploads(transaction: PoolClient, jobId: number): Promise<Map<string, Record<string, UploadedItem>>> {
  const { rows } = await transaction.query<{
    input_name: string;
    data_item: string;
    size_bytes: number;
    blob_keys: string[];
  }>(
    `SELECT input_name, data_item, sum(size_bytes)::bigint AS size_bytes, array_agg(blob_key ORDER BY sequence) AS blob_keys
     FROM millrace.upload_pieces WHERE job_id = $1 GROUP BY input_name, data_item ORDER BY min(sequence)`,
    [jobId],
  );
  const sources = new Map<string, Record<string, UploadedItem>>();
  for (const row of rows) {
    const dataItems = sources.get(row.input_name) ?? byName<UploadedItem>();
    dataItems[row.data_item] = { sizeBytes: row.size_bytes, blobKeys: row.blob_keys };
    sources.set(row.input_name, dataItems);
  }
  return sources;
}
