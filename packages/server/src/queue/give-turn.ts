import type { Database } from "../database/transaction.js";

// Number of tasks waiting for a version that are examined.
const looked = 100;

/**
 * Gives another job its turn: if a job without a running chunk waits for the running chunk's version, and is due no later than
 * that chunk, moves it to the front of its priority, once per job. Index of the queue on (priority, run_at) of available tasks.
 *
 * @returns whether there is such a job, so that the running chunk must be requeued.
 */
export async function giveTurn(
  database: Database,
  chunk: { readonly jobId: number; readonly flag: string; readonly priority: number },
): Promise<boolean> {
  const { rows } = await database.query<{ id: number }>(
    `WITH waiting AS (
       SELECT id, payload->>'jobId' AS job_id, priority, run_at FROM millrace_queue._private_jobs
       WHERE is_available AND run_at <= now() AND priority <= $3 AND flags ? $2 AND payload->>'jobId' <> $1::text
       ORDER BY priority, run_at LIMIT ${looked}
     ), chosen AS (
       SELECT id FROM waiting WHERE run_at > 'epoch' AND NOT EXISTS (
         SELECT FROM millrace_queue._private_jobs j WHERE j.locked_at IS NOT NULL AND j.key IS NOT NULL AND j.payload->>'jobId' = waiting.job_id)
       AND NOT EXISTS (SELECT FROM waiting w WHERE w.job_id = waiting.job_id AND w.run_at = 'epoch')
       ORDER BY priority, run_at LIMIT 1
     )
     SELECT id FROM millrace_queue.reschedule_jobs(ARRAY(SELECT id FROM chosen), run_at := 'epoch')`,
    [chunk.jobId, chunk.flag, chunk.priority],
  );
  return rows.length > 0;
}
