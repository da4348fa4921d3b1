import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { addChunkTasks, chunkFlagsJson, chunkPriority, chunkSize, type QueuedJob } from "../queue/chunk-task.js";

/** Splits a job's inputs into chunks and queues them, in the transaction that submits the job. */
export async function insertChunks(transaction: Database, job: QueuedJob, total: number): Promise<void> {
  const { tables, tasks } = chunksOf("(SELECT $1::bigint AS id)", "$2", "$3");
  await transaction.query(
    prepared(`WITH ${tables} SELECT ${tasks}`, [job.id, planChunks(job, total), chunkFlagsJson(job)]),
  );
}

/**
 * The parts of a statement that does it.
 *
 * @param job a table expression of the job's row.
 * @param plan the placeholder of {@link planChunks}.
 * @param flags the placeholder of `chunkFlagsJson`.
 */
export function chunksOf(
  job: string,
  plan: string,
  flags: string,
): { readonly tables: string; readonly tasks: string } {
  return {
    tables: `planned AS (
        SELECT job.id AS job_id, planned.* FROM ${job} AS job,
          json_to_recordset(${plan}::json) AS planned (chunk_index int, first_position int, last_position int, priority int)
      ), chunks AS (
        INSERT INTO millrace.chunks (job_id, chunk_index, first_position, last_position)
        SELECT job_id, chunk_index, first_position, last_position FROM planned
      )`,
    tasks: `(SELECT count(*) FROM ${addChunkTasks("planned", flags)})`,
  };
}

/** The chunks of a job, as JSON. */
export function planChunks(job: Pick<QueuedJob, "priority" | "explain">, total: number): string {
  const size = chunkSize(total, job.explain);
  const chunks = Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    chunk_index: index,
    first_position: index * size,
    last_position: Math.min(total, (index + 1) * size) - 1,
    priority: chunkPriority(job, index * size),
  }));
  return JSON.stringify(chunks);
}
