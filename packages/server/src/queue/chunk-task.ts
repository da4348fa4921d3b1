import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { prepared } from "../database/prepared.js";
import { slowStatement } from "../database/slow-statement.js";
import type { Database } from "../database/transaction.js";
import { maximumChunkSize } from "../outcomes/chunk-size.js";
import { finishedPositions } from "../outcomes/finished-positions.js";
import { chunkFlags } from "./task-flags.js";
import { taskVersionKey } from "./task-version-key.js";

/** The main task: run the unfinished inputs of a chunk. */
export const chunkTaskName = "run_chunk";

export const ChunkTask = Type.Object({ jobId: Type.Integer(), chunkIndex: Type.Integer() });
export type ChunkTask = Static<typeof ChunkTask>;

const chunkTaskSchema = Compile(ChunkTask);

/** @throws Error when the payload of a queue row is invalid. */
export function parseChunkTask(payload: unknown): ChunkTask {
  return chunkTaskSchema.Parse(payload);
}

// A chunk costs as much as some inputs of a quick model: a small job has one.
const minimumChunkSize = 25;
// An explanation is hundreds of model calls.
const explainedChunkSize = 4;
// Minimum number of chunks of a job with enough inputs, so that several workers can share it.
const chunksOfAJob = 16;

/** Inputs per chunk of a job. */
export function chunkSize(total: number, explain: boolean): number {
  if (explain) return explainedChunkSize;
  return Math.min(maximumChunkSize, Math.max(minimumChunkSize, Math.ceil(total / chunksOfAJob)));
}

/** Attempts before a chunk's remaining inputs fail; each attempt must have ended with an internal error. */
export const maximumChunkAttempts = 5;

/** The queue's maximum. Millrace itself decides when to stop retrying, even if a worker dies in the process. */
export const queueAttempts = 32_767;

// The queue's priority is a smallint, and lower values run first: the 21 job priorities share its range.
const prioritiesPerLevel = 3_000;

/**
 * The n-th hundred inputs of every job run before the (n+1)-th hundred of any job (with explanations, four instead of a
 * hundred), so a small job never waits for a large one to finish. A higher job priority (-10 to 10) takes precedence.
 */
export function chunkPriority(job: Pick<QueuedJob, "priority" | "explain">, firstPosition: number): number {
  const turn = Math.floor(firstPosition / (job.explain ? explainedChunkSize : maximumChunkSize));
  return Math.min(turn, prioritiesPerLevel - 1) - job.priority * prioritiesPerLevel;
}

/** What the queue needs to know about a job. */
export interface QueuedJob {
  readonly id: number;
  readonly account_identifier: string;
  readonly priority: number;
  readonly explain: boolean;
  readonly model_identifier: string;
  readonly model_version: string;
}

export interface QueuedChunk {
  readonly chunk_index: number;
  readonly first_position: number;
}

/** The flags of a job's chunks in the queue, as JSON. */
export function chunkFlagsJson(
  job: Pick<QueuedJob, "account_identifier" | "model_identifier" | "model_version">,
): string {
  return JSON.stringify(chunkFlags(job.account_identifier, taskVersionKey(job.model_identifier, job.model_version)));
}

/**
 * SQL of a table expression that queues chunks.
 *
 * @param chunks a table expression with `job_id`, `chunk_index` and `priority`.
 * @param flags the placeholder of {@link chunkFlagsJson}.
 */
export function addChunkTasks(chunks: string, flags: string): string {
  return `millrace_queue.add_jobs(ARRAY(
    SELECT json_populate_record(NULL::millrace_queue.job_spec, json_build_object('identifier', '${chunkTaskName}',
      'payload', json_build_object('jobId', c.job_id, 'chunkIndex', c.chunk_index), 'job_key', 'chunk:' || c.job_id || ':' || c.chunk_index,
      'priority', c.priority, 'max_attempts', ${queueAttempts}, 'flags', ${flags}::json))
    FROM ${chunks} AS c ORDER BY c.chunk_index))`;
}

/** Queues chunks of a job in the caller's transaction. */
export async function enqueueChunks(
  transaction: Database,
  job: QueuedJob,
  chunks: readonly QueuedChunk[],
): Promise<void> {
  const planned = chunks.map((chunk) => ({
    chunk_index: chunk.chunk_index,
    priority: chunkPriority(job, chunk.first_position),
  }));
  const from = `(SELECT $1::bigint AS job_id, planned.* FROM json_to_recordset($2::json) AS planned (chunk_index int, priority int))`;
  await transaction.query(
    prepared(`SELECT count(*) FROM ${addChunkTasks(from, "$3")}`, [
      job.id,
      JSON.stringify(planned),
      chunkFlagsJson(job),
    ]),
  );
}

/** Queues every chunk of a job that still has inputs to run. */
export async function enqueueUnfinishedChunks(transaction: Database, job: QueuedJob): Promise<void> {
  const { rows } = await transaction.query<QueuedChunk>(
    slowStatement(
      `SELECT chunk_index, first_position FROM millrace.chunks c
     WHERE job_id = $1 AND cardinality(ARRAY(${finishedPositions})) <= last_position - first_position ORDER BY chunk_index`,
      [job.id],
    ),
  );
  await enqueueChunks(transaction, job, rows);
}

/** Shifts the priority of a job's tasks by a number of levels. The queue's own function can only set one priority for all. */
export async function shiftPriority(transaction: Database, jobId: number, levels: number): Promise<void> {
  await transaction.query(
    slowStatement(
      `UPDATE millrace_queue._private_jobs SET priority = priority - $2
       WHERE key = 'list:' || $1 OR key IN (SELECT 'chunk:' || job_id || ':' || chunk_index FROM millrace.chunks WHERE job_id = $1::bigint)`,
      [String(jobId), levels * prioritiesPerLevel],
    ),
  );
}

/** Removes the chunks of an ended job from the queue. Workers detect on their own that a running chunk is void. */
export async function dequeueChunks(transaction: Database, jobId: number): Promise<void> {
  await transaction.query(
    slowStatement(
      `SELECT count(millrace_queue.remove_job('chunk:' || job_id || ':' || chunk_index)) FROM millrace.chunks WHERE job_id = $1`,
      [jobId],
    ),
  );
}
