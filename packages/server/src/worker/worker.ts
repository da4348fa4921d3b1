import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { Logger as QueueLogger, run, type Runner as QueueRunner, type Task, type WorkerEvents } from "graphile-worker";
import { endTimedOutJobs } from "../jobs/end-job.js";
import { listInputs } from "../jobs/list-inputs.js";
import { deleteOldData } from "../results/retention.js";
import {
  chunkTaskName,
  enqueueChunk,
  maximumChunkAttempts,
  parseChunkTask,
  type ChunkTask,
  type QueuePlace,
} from "../queue/chunk-task.js";
import { listTaskName, maximumListAttempts, parseListTask } from "../queue/list-task.js";
import {
  heartbeatIntervalMs,
  recordHeartbeat,
  removeWorker,
  unlockDeadWorkers,
  workerLeaseMs,
} from "../queue/unlock-dead-workers.js";
import type { FindVersion } from "../models/catalog.js";
import type { VersionFiles } from "../models/resolve-manifest.js";
import { parseWebhookTask, webhookTaskName } from "../queue/webhook-task.js";
import { deliverWebhook } from "../webhooks/deliver.js";
import { versionFlag } from "../queue/version-flag.js";
import { createChunkSlots } from "./chunk-slots.js";
import { giveUpChunk } from "./give-up-chunk.js";
import { repeat } from "../telemetry/repeat.js";
import { createPlacement, type WorkerResources } from "./placement.js";
import { ChunkLostError, runChunk, type ChunkParts } from "./run-chunk.js";
import { createRunningJobs, JobStoppedError } from "./running-jobs.js";

export interface Worker {
  /** Takes no more chunks, gives back what is in flight after `graceMs`, and resolves when all is recorded. */
  stop(graceMs: number): Promise<void>;
}

export interface WorkerOptions extends Omit<ChunkParts, "findVersion"> {
  /** Chunks that are run at the same time; their fetches overlap. */
  readonly concurrency: number;
  readonly resources: WorkerResources;
  /** @throws Error with a sentence when this worker cannot run the version. */
  readonly findVersion: FindVersion;
  /** Whether this machine has the files of a version. */
  readonly hasFiles: (version: VersionFiles) => boolean;
  /** Hours after a job's end at which its results are deleted; 0: never. */
  readonly hoursDeleteResults: number;
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

  const slots = createChunkSlots(options.concurrency);
  const placement = createPlacement({
    database: pool,
    identifier,
    resources: options.resources,
    hasFiles: options.hasFiles,
  });
  const findVersion = async (model: string, version: string) => ({
    manifest: await options.findVersion(model, version),
    // A chunk that is in hand is run to its end though the share has gone to another worker by now.
    maximumEngines: Math.max(1, placement.share(versionFlag(model, version)).maximum),
  });
  const parts: ChunkParts = { ...options, findVersion };

  const runTask = async (task: ChunkTask, attempt: number, place: QueuePlace): Promise<void> => {
    if (attempt >= maximumChunkAttempts) return giveUpChunk(pool, task, attempt);
    try {
      const done = await slots.during(place.flags[0] ?? "", () =>
        running.during(task.jobId, (ended) => runChunk(task, parts, AbortSignal.any([ended, stopping.signal]))),
      );
      if (done === undefined) await enqueueChunk(pool, task, place);
    } catch (error) {
      if (error instanceof JobStoppedError) return;
      if (error instanceof WorkerStoppingError) return enqueueChunk(pool, task, place);
      if (error instanceof ChunkLostError) log.info(task, error.message);
      else log.warn({ err: error, ...task }, "a chunk could not be run; it is tried again");
      throw error;
    }
  };

  const events = new EventEmitter() as WorkerEvents;
  events.on("worker:create", ({ worker }) => queueWorkerIds.push(worker.workerId));
  const runChunkTask: Task = (payload, { job: { attempts, priority, flags } }) =>
    runTask(parseChunkTask(payload), attempts, { priority, flags: Object.keys(flags ?? {}) });
  const runListTask: Task = async (payload, { job: { attempts } }) => {
    const { jobId } = parseListTask(payload);
    const givenUp =
      attempts < maximumListAttempts
        ? undefined
        : `Given up after ${attempts - 1} attempts to list it: each ended with the worker gone or its database out of reach. Submit the job again.`;
    try {
      await listInputs(parts, jobId, stopping.signal, givenUp);
    } catch (error) {
      log.warn({ err: error, jobId }, "the inputs of a job could not be listed; it is tried again");
      throw error;
    }
  };
  const runWebhookTask: Task = (payload) =>
    deliverWebhook(options, parseWebhookTask(payload).delivery, stopping.signal);
  await placement.refresh();
  const queue = await run({
    pgPool: pool,
    concurrency: options.concurrency,
    noHandleSignals: true,
    pollInterval: 1_000,
    events,
    logger: toQueueLogger(log),
    taskList: { [chunkTaskName]: runChunkTask, [listTaskName]: runListTask, [webhookTaskName]: runWebhookTask },
    forbiddenFlags: () => [...placement.forbidden(), ...slots.full()],
  });

  const beat = () =>
    recordHeartbeat(pool, {
      ...placement.capacity(),
      queueWorkerIds,
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
    repeat(heartbeatIntervalMs, ended.signal, log, async () => {
      await placement.refresh();
      for (const { flag, identifier: model, version } of placement.kept())
        await options.engines.ensure(await findVersion(model, version), placement.share(flag).minimum);
    }),
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

function toQueueLogger(log: ChunkParts["log"]): QueueLogger {
  return new QueueLogger(() => (level, message) => {
    if (level === "error") log.error(message);
    else if (level === "warning") log.warn(message);
    else log.debug(message);
  });
}
