import type { Database } from "../database/transaction.js";
import { finishedPositions } from "../outcomes/finished-positions.js";
import { chunkTaskName } from "./chunk-task.js";
import type { WorkerCapacity } from "../engines/engine-shares.js";

/** What a worker reports with each heartbeat. */
export interface Heartbeat extends WorkerCapacity {
  /** The ids under which it locks tasks. */
  readonly queuePoolIds: readonly string[];
  readonly engines: readonly object[];
  /** A worker without a heartbeat for this long is considered dead, and its chunks are released. */
  readonly leaseMs: number;
}

/** Interval between heartbeats; several may fail before the lease expires. */
export function heartbeatIntervalMs(leaseMs: number): number {
  return Math.min(2_000, leaseMs / 5);
}

/** Records a worker's heartbeat: the versions it can run and its engines. */
export async function recordHeartbeat(database: Database, worker: Heartbeat): Promise<void> {
  await database.query(
    `INSERT INTO millrace.workers (identifier, queue_pool_ids, cpu_count, memory_bytes, gpu_count, runnable, engines, lease_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (identifier) DO UPDATE
     SET queue_pool_ids = excluded.queue_pool_ids, runnable = excluded.runnable, engines = excluded.engines,
       lease_ms = excluded.lease_ms, heartbeat_at = now()`,
    [
      worker.identifier,
      worker.queuePoolIds,
      worker.cpuCount,
      worker.memoryBytes,
      worker.gpuCount,
      worker.runnable,
      JSON.stringify(worker.engines),
      worker.leaseMs,
    ],
  );
}

/** Removes a worker that stopped cleanly. */
export async function removeWorker(database: Database, identifier: string): Promise<void> {
  await database.query("DELETE FROM millrace.workers WHERE identifier = $1", [identifier]);
}

/**
 * Frees tasks that are not locked by a live worker; the queue alone would wait four hours. Results that a freed worker still
 * delivers are rejected, as its chunk has a new holder by then.
 *
 * @param unknownLeaseMs how long a task may stay locked by a worker that never sent a heartbeat.
 * @returns the queue ids of the workers whose tasks were freed.
 */
export async function unlockDeadWorkers(database: Database, unknownLeaseMs: number): Promise<string[]> {
  const { rows } = await database.query<{ locked_by: string }>(
    `WITH dead AS (
       DELETE FROM millrace.workers WHERE heartbeat_at <= now() - lease_ms * interval '1 ms' RETURNING identifier
     )
     SELECT DISTINCT locked_by FROM millrace_queue.jobs
     WHERE locked_by IS NOT NULL AND locked_at < now() - $1 * interval '1 ms' AND locked_by NOT IN (
       SELECT unnest(queue_pool_ids) FROM millrace.workers WHERE identifier NOT IN (SELECT identifier FROM dead))`,
    [unknownLeaseMs],
  );
  return unlock(
    database,
    rows.map((row) => row.locked_by),
  );
}

/** Frees all tasks; safe only if this process is the first and only one on its database. */
export async function unlockAllWorkers(database: Database): Promise<void> {
  await database.query("DELETE FROM millrace.workers");
  const { rows } = await database.query<{ locked_by: string }>(
    "SELECT DISTINCT locked_by FROM millrace_queue.jobs WHERE locked_by IS NOT NULL",
  );
  await unlock(
    database,
    rows.map((row) => row.locked_by),
  );
}

/** After this many deaths on a chunk, its inputs run one by one, in order: the first unfinished one is the suspect. */
export const deathsUntilOneByOne = 2;

/** Releases chunks and counts each worker's death once; a death does not count as an attempt. */
const freeChunksSql = /* sql */ `
WITH freed AS (
  UPDATE millrace_queue._private_jobs j SET locked_by = NULL, locked_at = NULL, attempts = greatest(j.attempts - 1, 0)
  FROM millrace_queue._private_tasks t
  WHERE t.id = j.task_id AND t.identifier = '${chunkTaskName}' AND j.locked_by = ANY ($1) AND j.key IS NOT NULL
  RETURNING (j.payload->>'jobId')::bigint AS job_id, (j.payload->>'chunkIndex')::int AS chunk_index
)
UPDATE millrace.chunks c SET deaths = c.deaths + 1, suspect_position = first.position,
  suspect_deaths = CASE WHEN c.deaths < ${deathsUntilOneByOne} THEN 0 WHEN c.suspect_position = first.position THEN c.suspect_deaths + 1 ELSE 1 END
FROM freed CROSS JOIN LATERAL (
  SELECT min(p.position) AS position FROM millrace.chunks c CROSS JOIN generate_series(c.first_position, c.last_position) AS p (position)
  WHERE c.job_id = freed.job_id AND c.chunk_index = freed.chunk_index AND p.position <> ALL (ARRAY(${finishedPositions}))
) first
WHERE c.job_id = freed.job_id AND c.chunk_index = freed.chunk_index`;

async function unlock(database: Database, workerIds: string[]): Promise<string[]> {
  if (workerIds.length === 0) return workerIds;
  await database.query(freeChunksSql, [workerIds]);
  const { rows } = await database.query<{ id: string }>(
    `SELECT id FROM millrace_queue._private_jobs WHERE locked_by = ANY ($1) AND ${isReplaced}`,
    [workerIds],
  );
  await database.query("SELECT millrace_queue.force_unlock_workers($1)", [workerIds]);
  if (rows.length > 0)
    await database.query("SELECT count(*) FROM millrace_queue.complete_jobs($1::bigint[])", [rows.map(({ id }) => id)]);
  return workerIds;
}

/** The key was reassigned while the task ran: the queue reserves the task for its worker and would never run it again. */
const isReplaced = "key IS NULL AND attempts >= max_attempts";

/**
 * Frees tasks locked by a live worker that does not have them: the connection broke and lost the response to claiming the
 * task, or the statement that released it.
 *
 * @param inHand ids of the tasks the worker is running.
 * @param leaseMs tasks claimed within this time may still be on their way to the worker.
 * @returns how many were freed.
 */
export async function unlockForgottenTasks(
  database: Database,
  queuePoolIds: readonly string[],
  inHand: ReadonlySet<string>,
  leaseMs: number,
): Promise<number> {
  // The queue has no function that frees a single task.
  const forgotten = "locked_by = ANY ($1) AND locked_at < now() - $3 * interval '1 ms' AND id <> ALL ($2::bigint[])";
  const values = [queuePoolIds, [...inHand], leaseMs];
  const removed = await database.query(
    `DELETE FROM millrace_queue._private_jobs WHERE ${forgotten} AND ${isReplaced}`,
    values,
  );
  const freed = await database.query(
    `UPDATE millrace_queue._private_jobs SET locked_by = NULL, locked_at = NULL, run_at = now() WHERE ${forgotten}`,
    values,
  );
  await database.query(
    `UPDATE millrace_queue._private_job_queues q SET locked_by = NULL, locked_at = NULL
     WHERE locked_by = ANY ($1) AND locked_at < now() - $2 * interval '1 ms' AND NOT EXISTS (
       SELECT FROM millrace_queue._private_jobs j WHERE j.job_queue_id = q.id AND j.locked_at IS NOT NULL)`,
    [queuePoolIds, leaseMs],
  );
  return (removed.rowCount ?? 0) + (freed.rowCount ?? 0);
}
