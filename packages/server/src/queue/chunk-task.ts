import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";

/** The one task that is queued: run the unfinished inputs of a chunk. */
export const chunkTaskName = "run_chunk";

export const ChunkTask = Type.Object({ jobId: Type.Integer(), chunkIndex: Type.Integer() });
export type ChunkTask = Static<typeof ChunkTask>;

const chunkTaskSchema = Compile(ChunkTask);

/** @throws Error when a queue row is not one of ours. */
export function parseChunkTask(payload: unknown): ChunkTask {
  return chunkTaskSchema.Parse(payload);
}

/** Inputs in one chunk: large enough that queueing costs little, small enough that lost work is soon redone. */
export const chunkSize = 100;

/** How often a chunk is started before its remaining inputs are given up: its worker must have died or lost its database each time. */
export const maximumChunkAttempts = 10;

// The queue's priority is a smallint, and a lower one runs first.
const maximumPriority = 32_000;

/** The n-th chunk of every job comes before the n+1-th of any: a small job never waits for a large one to end. */
function chunkPriority(chunkIndex: number): number {
  return Math.min(chunkIndex, maximumPriority);
}

function chunkKey(jobId: number, chunkIndex: number): string {
  return `chunk:${jobId}:${chunkIndex}`;
}

/** Queues chunks `0..chunkCount-1` of a job, inside the caller's transaction. */
export async function enqueueChunks(transaction: Database, jobId: number, chunkCount: number): Promise<void> {
  const specifications = Array.from({ length: chunkCount }, (_, chunkIndex) => ({
    identifier: chunkTaskName,
    payload: { jobId, chunkIndex } satisfies ChunkTask,
    job_key: chunkKey(jobId, chunkIndex),
    priority: chunkPriority(chunkIndex),
    max_attempts: maximumChunkAttempts,
  }));
  await transaction.query(
    `SELECT count(*) FROM graphile_worker.add_jobs(
       ARRAY(SELECT json_populate_recordset(NULL::graphile_worker.job_spec, $1::json)))`,
    [JSON.stringify(specifications)],
  );
}

/** Queues one chunk again, free for any worker at once; a task that is being run is replaced. */
export async function enqueueChunk(database: Database, task: ChunkTask): Promise<void> {
  await database.query(
    "SELECT graphile_worker.add_job($1, $2::json, job_key := $3, priority := $4, max_attempts := $5)",
    [
      chunkTaskName,
      JSON.stringify(task),
      chunkKey(task.jobId, task.chunkIndex),
      chunkPriority(task.chunkIndex),
      maximumChunkAttempts,
    ],
  );
}

/** Takes the chunks of a job that ended out of the queue; workers notice by themselves that a running one is void. */
export async function dequeueChunks(transaction: Database, jobId: number): Promise<void> {
  await transaction.query(
    `SELECT count(graphile_worker.remove_job('chunk:' || job_id || ':' || chunk_index)) FROM millrace.chunks WHERE job_id = $1`,
    [jobId],
  );
}
