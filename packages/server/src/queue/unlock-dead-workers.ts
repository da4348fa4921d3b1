import type { Database } from "../database/transaction.js";
import { unfinishedInputStatuses } from "../states/input-states.js";
import { sqlStatuses } from "../states/status-sql.js";
import { chunkTaskName } from "./chunk-task.js";
import type { WorkerCapacity } from "../engines/engine-shares.js";

/** What a worker says with each heartbeat. */
export interface Heartbeat extends WorkerCapacity {
  /** Under which ids it locks tasks. */
  readonly queuePoolIds: readonly string[];
  readonly engines: readonly object[];
  /** A worker without a heartbeat for this long is dead: its chunks are released. */
  readonly leaseMs: number;
}

/** How often a worker says that it lives: several heartbeats may fail before its lease ends. */
export function heartbeatIntervalMs(leaseMs: number): number {
  return Math.min(2_000, leaseMs / 5);
}

/** Says that a worker lives, what it can run, and what engines it has. */
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

/** A worker stopped cleanly. */
export async function removeWorker(database: Database, identifier: string): Promise<void> {
  await database.query("DELETE FROM millrace.workers WHERE identifier = $1", [identifier]);
}

/**
 * Frees the tasks whose locks belong to no living worker; the queue alone would wait four hours. Results that a freed
 * worker may still deliver are refused, as its chunk has a new holder by then.
 *
 * @param unknownLeaseMs how long a task may be locked by somebody who never said that it lives.
 * @returns the ids of the queue's workers whose tasks were freed.
 */
export async function unlockDeadWorkers(database: Database, unknownLeaseMs: number): Promise<string[]> {
  const { rows } = await database.query<{ locked_by: string }>(
    `WITH dead AS (
       DELETE FROM millrace.workers WHERE heartbeat_at <= now() - lease_ms * interval '1 ms' RETURNING identifier
     )
     SELECT DISTINCT locked_by FROM graphile_worker.jobs
     WHERE locked_by IS NOT NULL AND locked_at < now() - $1 * interval '1 ms' AND locked_by NOT IN (
       SELECT unnest(queue_pool_ids) FROM millrace.workers WHERE identifier NOT IN (SELECT identifier FROM dead))`,
    [unknownLeaseMs],
  );
  return unlock(
    database,
    rows.map((row) => row.locked_by),
  );
}

/** Frees every task: right when this process is the first and only one on its database. */
export async function unlockAllWorkers(database: Database): Promise<void> {
  await database.query("DELETE FROM millrace.workers");
  const { rows } = await database.query<{ locked_by: string }>(
    "SELECT DISTINCT locked_by FROM graphile_worker.jobs WHERE locked_by IS NOT NULL",
  );
  await unlock(
    database,
    rows.map((row) => row.locked_by),
  );
}

/** After this many deaths while running a chunk, its inputs run one by one, in order: the first unfinished one is the suspect. */
export const deathsUntilOneByOne = 2;

/** Releases chunks and counts the deaths of their workers, once each; a death is not an attempt. */
const freeChunksSql = /* sql */ `
WITH freed AS (
  UPDATE graphile_worker._private_jobs j SET locked_by = NULL, locked_at = NULL, attempts = greatest(j.attempts - 1, 0)
  FROM graphile_worker._private_tasks t
  WHERE t.id = j.task_id AND t.identifier = '${chunkTaskName}' AND j.locked_by = ANY ($1) AND j.key IS NOT NULL
  RETURNING (j.payload->>'jobId')::bigint AS job_id, (j.payload->>'chunkIndex')::int AS chunk_index
)
UPDATE millrace.chunks c SET deaths = c.deaths + 1, suspect_position = first.position,
  suspect_deaths = CASE WHEN c.deaths < ${deathsUntilOneByOne} THEN 0 WHEN c.suspect_position = first.position THEN c.suspect_deaths + 1 ELSE 1 END
FROM freed CROSS JOIN LATERAL (
  SELECT min(i.position) AS position FROM millrace.chunks own JOIN millrace.inputs i
    ON i.job_id = own.job_id AND i.position BETWEEN own.first_position AND own.last_position AND i.status IN ${sqlStatuses(unfinishedInputStatuses)}
  WHERE own.job_id = freed.job_id AND own.chunk_index = freed.chunk_index
) first
WHERE c.job_id = freed.job_id AND c.chunk_index = freed.chunk_index`;

async function unlock(database: Database, workerIds: string[]): Promise<string[]> {
  if (workerIds.length === 0) return workerIds;
  await database.query(freeChunksSql, [workerIds]);
  const { rows } = await database.query<{ id: string }>(
    `SELECT id FROM graphile_worker._private_jobs WHERE locked_by = ANY ($1) AND ${isReplaced}`,
    [workerIds],
  );
  await database.query("SELECT graphile_worker.force_unlock_workers($1)", [workerIds]);
  if (rows.length > 0)
    await database.query("SELECT count(*) FROM graphile_worker.complete_jobs($1::bigint[])", [
      rows.map(({ id }) => id),
    ]);
  return workerIds;
}

/** A task whose key was given to another while it was being run: the queue keeps it for its worker only, and would never run it again. */
const isReplaced = "key IS NULL AND attempts >= max_attempts";

/**
 * Frees tasks that are locked for a living worker which does not have them: the answer of the statement that took them, or the
 * statement that gave them back, was lost with its connection.
 *
 * @param inHand ids of the tasks that are being run.
 * @param leaseMs tasks that were taken since then may be on their way to the worker.
 * @returns how many were freed.
 */
export async function unlockForgottenTasks(
  database: Database,
  queuePoolIds: readonly string[],
  inHand: ReadonlySet<string>,
  leaseMs: number,
): Promise<number> {
  // The queue has no function that frees one task.
  const forgotten = "locked_by = ANY ($1) AND locked_at < now() - $3 * interval '1 ms' AND id <> ALL ($2::bigint[])";
  const values = [queuePoolIds, [...inHand], leaseMs];
  const removed = await database.query(
    `DELETE FROM graphile_worker._private_jobs WHERE ${forgotten} AND ${isReplaced}`,
    values,
  );
  const freed = await database.query(
    `UPDATE graphile_worker._private_jobs SET locked_by = NULL, locked_at = NULL, run_at = now() WHERE ${forgotten}`,
    values,
  );
  await database.query(
    `UPDATE graphile_worker._private_job_queues q SET locked_by = NULL, locked_at = NULL
     WHERE locked_by = ANY ($1) AND locked_at < now() - $2 * interval '1 ms' AND NOT EXISTS (
       SELECT FROM graphile_worker._private_jobs j WHERE j.job_queue_id = q.id AND j.locked_at IS NOT NULL)`,
    [queuePoolIds, leaseMs],
  );
  return (removed.rowCount ?? 0) + (freed.rowCount ?? 0);
}
