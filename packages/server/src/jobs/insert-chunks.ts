import type { Database } from "../database/transaction.js";
import { chunkSize, enqueueChunks, explainedChunkSize, type QueuedJob } from "../queue/chunk-task.js";

/** Cuts the inputs of a job into chunks and queues them, in the transaction that submits the job. */
export async function insertChunks(transaction: Database, job: QueuedJob, total: number): Promise<void> {
  const { rows } = await transaction.query<{ chunk_index: number }>(
    `WITH size AS (SELECT CASE WHEN explain THEN $4::int ELSE $3::int END AS inputs FROM millrace.jobs WHERE id = $1)
     INSERT INTO millrace.chunks (job_id, chunk_index, first_position, last_position)
     SELECT $1, first / inputs, first, least(first + inputs, $2::int) - 1 FROM size, generate_series(0, $2::int - 1, inputs) AS first
     RETURNING chunk_index`,
    [job.id, total, chunkSize, explainedChunkSize],
  );
  await enqueueChunks(
    transaction,
    job,
    rows.map((row) => row.chunk_index),
  );
}
