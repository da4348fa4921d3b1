import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { Logger as QueueLogger, run, type Runner as QueueRunner, type Task, type WorkerEvents } from "graphile-worker";
import { endTimedOutJobs } from "../jobs/end-job.js";
import { deleteOldData } from "../results/retention.js";
import {
  chunkTaskName,
  enqueueChunk,
  maximumChunkAttempts,
  parseChunkTask,
  type ChunkTask,
} from "../queue/chunk-task.js";
import {
  heartbeatIntervalMs,
  recordHeartbeat,
  removeWorker,
  unlockDeadWorkers,
  workerLeaseMs,
} from "../queue/unlock-dead-workers.js";
import { giveUpChunk } from "./give-up-chunk.js";
import { ChunkLostError, runChunk, type ChunkParts } from "./run-chunk.js";
import { createRunningJobs, JobStoppedError } from "./running-jobs.js";

export interface Worker {
  /** Takes no more chunks, gives back what is in flight after `graceMs`, and resolves when all is recorded. */
  stop(graceMs: number): Promise<void>;
}

export interface WorkerOptions extends ChunkParts {
  /** Chunks that are run at the same time; their fetches overlap. */
  readonly concurrency: number;
  /** Hours after a job's end at which its results are deleted; 0: never. */
  readonly hoursDeleteResults: number;
  /** Loads what model versions are to have loaded at all times. */
  readonly keepMinimumEngines: () => Promise<void>;
}

class WorkerStoppingError extends Error {
  override readonly name = "WorkerStoppingError";
}

// How soon data is deleted after its time has come.
const retentionIntervalMs = 10_000;
// How soon a cancelled, paused or timed-out job is noticed.
const jobCheckIntervalMs = 1_000;

/** Starts taking chunks from the queue. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { pool, log } = options;
  const identifier = randomUUID();
  const running = createRunningJobs();
  const stopping = new AbortController();
  const queueWorkerIds: string[] = [];

  const runTask = async (task: ChunkTask, attempt: number, queuePriority: number): Promise<void> => {
    if (attempt >= maximumChunkAttempts) return giveUpChunk(pool, task, attempt);
    try {
      await running.during(task.jobId, (ended) => runChunk(task, options, AbortSignal.any([ended, stopping.signal])));
    } catch (error) {
      if (error instanceof JobStoppedError) return;
      if (error instanceof WorkerStoppingError) return enqueueChunk(pool, task, queuePriority);
      if (error instanceof ChunkLostError) log.info(task, error.message);
      else log.warn({ err: error, ...task }, "a chunk could not be run; it is tried again");
      throw error;
    }
  };

  const events = new EventEmitter() as WorkerEvents;
  events.on("worker:create", ({ worker }) => queueWorkerIds.push(worker.workerId));
  const runChunkTask: Task = (payload, { job }) => runTask(parseChunkTask(payload), job.attempts, job.priority);
  const queue = await run({
    pgPool: pool,
    concurrency: options.concurrency,
    noHandleSignals: true,
    pollInterval: 1_000,
    events,
    logger: toQueueLogger(log),
    taskList: { [chunkTaskName]: runChunkTask },
  });

  const beat = () =>
    recordHeartbeat(pool, {
      identifier,
      queueWorkerIds,
      cpuCount: availableParallelism(),
      engines: options.engines.engines(),
    });
  await beat();
  const ended = new AbortController();
  const loops = [
    repeat(heartbeatIntervalMs, ended.signal, log, async () => {
      await beat();
      const freed = await unlockDeadWorkers(pool, workerLeaseMs);
      if (freed.length > 0) log.warn({ workers: freed.length }, "chunks of dead workers are free again");
    }),
    repeat(heartbeatIntervalMs, ended.signal, log, () => options.keepMinimumEngines()),
    repeat(retentionIntervalMs, ended.signal, log, () => deleteOldData(options)),
    repeat(jobCheckIntervalMs, ended.signal, log, async () => {
      await endTimedOutJobs(pool);
      await running.abortStopped(pool);
    }),
  ];

  return {
    async stop(graceMs) {
      const timer = setTimeout(() => stopping.abort(new WorkerStoppingError("The worker is stopping.")), graceMs);
      await stopQueue(queue);
      clearTimeout(timer);
      ended.abort();
      await Promise.all(loops);
      await removeWorker(pool, identifier);
    },
  };
}

async function stopQueue(queue: QueueRunner): Promise<void> {
  await queue.stop();
  await queue.promise;
}

/** Calls `work` again and again until aborted; a failure is logged and tried again at the next turn. */
async function repeat(
  intervalMs: number,
  signal: AbortSignal,
  log: ChunkParts["log"],
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error }, "the database did not answer; trying again");
    }
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

function toQueueLogger(log: ChunkParts["log"]): QueueLogger {
  return new QueueLogger(() => (level, message) => {
    if (level === "error") log.error(message);
    else if (level === "warning") log.warn(message);
    else log.debug(message);
  });
}
