import type { Database } from "../database/transaction.js";

/** A task that a worker is running. */
export interface TaskInHand {
  readonly id: string;
  /** The name under which the queue locked it for this worker. */
  readonly locked_by: string | null;
}

/**
 * State of a claimed task. A task that is void or queued again needs no more work, so the queue may remove it. A task that
 * another worker now holds belongs to that worker: the queue must neither remove nor retry it.
 */
export type TaskState = "queued again" | "void" | "elsewhere" | "ours";

/** Requeues a running task unchanged, for any worker, unless it is void or held by another worker. */
export async function requeueTask(database: Database, task: TaskInHand, delayMs: number): Promise<TaskState> {
  const { rows } = await database.query<{ is_ours: boolean | null; is_queued: boolean }>(
    `SELECT j.locked_by = $2 AS is_ours, CASE WHEN j.locked_by = $2 THEN
       (millrace_queue.add_job(t.identifier, j.payload, queue_name := q.queue_name, run_at := now() + $3 * interval '1 ms', job_key := j.key,
         priority := j.priority, max_attempts := j.max_attempts, flags := ARRAY(SELECT jsonb_object_keys(j.flags)))).id IS NOT NULL END AS is_queued
     FROM millrace_queue._private_jobs j JOIN millrace_queue._private_tasks t ON t.id = j.task_id
     LEFT JOIN millrace_queue._private_job_queues q ON q.id = j.job_queue_id
     WHERE j.id = $1 AND j.key IS NOT NULL`,
    [task.id, task.locked_by, delayMs],
  );
  if (rows[0] === undefined) return "void";
  return rows[0].is_ours === true ? "queued again" : "elsewhere";
}

/** Whether a running task was removed from the queue or replaced by another with the same key. */
export async function readTaskState(database: Database, task: TaskInHand): Promise<TaskState> {
  const { rows } = await database.query<{ is_ours: boolean | null }>(
    "SELECT locked_by = $2 AS is_ours FROM millrace_queue._private_jobs WHERE id = $1 AND key IS NOT NULL",
    [task.id, task.locked_by],
  );
  if (rows[0] === undefined) return "void";
  return rows[0].is_ours === true ? "ours" : "elsewhere";
}
