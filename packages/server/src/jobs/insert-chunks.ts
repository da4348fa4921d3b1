import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { chunkSize, enqueueChunks, type QueuedChunk, type QueuedJob } from "../queue/chunk-task.js";

/** Splits a job's inputs into chunks and queues them, in the transaction that submits the job. */
export async function insertChunks(transaction: Database, job: QueuedJob, total: number): Promise<void> {
  const { rows } = await transaction.query<QueuedChunk>(
    prepared(
      `INSERT INTO millrace.chunks (job_id, chunk_index, first_position, last_position)
     SELECT $1, first / $3::int, first, least(first + $3::int, $2::int) - 1 FROM generate_series(0, $2::int - 1, $3::int) AS first
     RETURNING chunk_index, first_position`,
      [job.id, total, chunkSize(total, job.explain)],
    ),
  );
  await enqueueChunks(transaction, job, rows);
}
