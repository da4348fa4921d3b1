import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { Logger as QueueLogger, run, type Task, type WorkerEvents } from "graphile-worker";
import { queueSchema } from "../database/queue-schema.js";
import { listInputs } from "../jobs/list-inputs.js";
import { chunkTaskName, maximumChunkAttempts, parseChunkTask } from "../queue/chunk-task.js";
import { giveTurn } from "../queue/give-turn.js";
import { listTaskName, maximumListAttempts, parseListTask } from "../queue/list-task.js";
import {
  heartbeatIntervalMs,
  recordHeartbeat,
  removeWorker,
  unlockForgottenTasks,
} from "../queue/unlock-dead-workers.js";
import type { LoadManifest } from "../models/load-manifest.js";
import type { VersionFiles } from "../models/resolve-manifest.js";
import { parseWebhookTask, webhookTaskName } from "../queue/webhook-task.js";
import type { Outbound } from "../outbound/outbound.js";
import { createReceivers, createSilence, deliverWebhook } from "../webhooks/deliver.js";
import { readFlags } from "../queue/task-flags.js";
import { taskVersionKey } from "../queue/task-version-key.js";
import { createSlots, type Slots } from "./slots.js";
import { giveUpChunk } from "./give-up-chunk.js";
import { repeat } from "../lifecycle/repeat.js";
import { keepQueueRunning } from "./queue-runner.js";
import { createPlacement, type WorkerResources } from "./placement.js";
import { HandBackError } from "./hand-back-error.js";
import { holdTask } from "./hold-task.js";
import { runChunk, type ChunkParts } from "./run-chunk.js";
import { createRunningJobs } from "./running-jobs.js";

export interface Worker {
  /** Claims no more chunks, hands back unfinished ones after `graceMs`, and resolves when everything is recorded. */
  stop(graceMs: number): Promise<void>;
}

export interface WorkerOptions extends Omit<ChunkParts, "pooledVersion"> {
  /** Which addresses listings and webhooks may connect to. */
  readonly outbound: Outbound;
  /** Chunks that are run at the same time; their fetches overlap. */
  readonly concurrency: number;
  readonly resources: WorkerResources;
  /** @throws Error with a sentence when this worker cannot run the version. */
  readonly loadManifest: LoadManifest;
  /** Whether this machine has the files or image of a version. */
  readonly hasFiles: (version: VersionFiles) => Promise<boolean>;
  /** Where listings are stored until they are complete. */
  readonly spoolDirectory: string;
  /** How long after this worker's last heartbeat others wait before they take over its chunks. */
  readonly leaseMs: number;
}

const listingsAtOnce = 4;
// Hanging receivers take one slot each, because a webhook has one delivery in progress at a time.
const deliveriesAtOnce = 8;
// How soon a cancelled, paused or timed-out job is noticed.
const jobCheckIntervalMs = 1_000;

/** Starts claiming chunks. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { pool, log } = options;
  const identifier = randomUUID();
  const running = createRunningJobs();
  const stopping = new AbortController();
  /** Under which names the queue locks tasks for this worker; each runner has one. */
  const queuePoolIds: string[] = [];

  // Of one account's chunks of one version, no more than overlap fetching with running, unless they are quick: what this worker does
  // not take of slow ones, another may run at once.
  const slots = createSlots(options.concurrency, 2);
  const accounts = {
    chunks: createSlots(options.concurrency),
    listings: createSlots(listingsAtOnce),
    deliveries: createSlots(deliveriesAtOnce),
  };
  const placement = createPlacement({
    database: pool,
    identifier,
    resources: options.resources,
    hasFiles: options.hasFiles,
  });
  const pooledVersion = async (model: string, version: string) => ({
    manifest: await options.loadManifest(model, version),
    // A claimed chunk runs to its end even if the share has since moved to another worker.
    maximumEngines: Math.max(1, placement.share(taskVersionKey(model, version)).maximum),
  });
  const parts: ChunkParts = { ...options, pooledVersion };

  const inHand = new Set<string>();
  const hold = (task: Task): Task => holdTask({ database: pool, log, stopping: stopping.signal, inHand }, task);
  const runChunkTask: Task = async (payload, { job: { attempts, flags, priority } }) => {
    const task = parseChunkTask(payload);
    if (attempts >= maximumChunkAttempts) {
      await giveUpChunk(pool, task, attempts);
      return options.changes.note(task.jobId);
    }
    const { versionKey, account, accountVersion } = readFlags(flags);
    const mustYield = () => giveTurn(pool, { jobId: task.jobId, flag: versionKey, priority });
    await inSlot(accounts.chunks, account, () =>
      inSlot(slots, accountVersion, () =>
        running.during(task.jobId, (stopped) => runChunk(task, parts, stopped, mustYield)),
      ),
    );
  };
  const runListTask: Task = async (payload, { job: { attempts, flags } }) => {
    const { jobId } = parseListTask(payload);
    const givenUp =
      attempts < maximumListAttempts
        ? undefined
        : `Gave up listing after ${attempts - 1} attempts because of an internal error; see the server log. Submit the job again.`;
    await inSlot(accounts.listings, readFlags(flags).account, () =>
      running.during(jobId, (stopped) => listInputs(options, jobId, stopped, givenUp)),
    );
  };
  const silence = createSilence();
  const receivers = createReceivers(options.outbound);
  const runWebhookTask: Task = (payload, { job: { flags } }) =>
    inSlot(accounts.deliveries, readFlags(flags).account, () =>
      deliverWebhook({ ...options, silence, receivers }, parseWebhookTask(payload).delivery, stopping.signal),
    );
  await placement.refresh();
  const events = new EventEmitter() as WorkerEvents;
  events.on("pool:create", ({ workerPool }) => queuePoolIds.push(workerPool.id));
  // Listings wait for external servers, so they have separate slots and never block chunks.
  const startRunner = (concurrency: number, name: string, task: Task, forbiddenFlags: () => string[]) => () =>
    run({
      // Without a delay the queue does not wait for these statements, and one that fails would end the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      pgPool: pool,
      schema: queueSchema,
      concurrency,
      noHandleSignals: true,
      pollInterval: 1_000,
      events,
      logger: toQueueLogger(log),
      taskList: { [name]: hold(task) },
      forbiddenFlags,
    });
  const starts = [
    startRunner(options.concurrency, chunkTaskName, runChunkTask, () => [
      ...placement.forbidden(),
      ...accounts.chunks.full(),
      ...slots.full(),
    ]),
    startRunner(listingsAtOnce, listTaskName, runListTask, () => accounts.listings.full()),
    startRunner(deliveriesAtOnce, webhookTaskName, runWebhookTask, () => accounts.deliveries.full()),
  ];
  const queues = await Promise.all(starts.map((start) => keepQueueRunning(start, log)));

  const beat = () =>
    recordHeartbeat(pool, {
      ...placement.capacity(),
      queuePoolIds,
      engines: options.engines.engines(),
      leaseMs: options.leaseMs,
    });
  await beat();
  const ended = new AbortController();
  const intervalMs = heartbeatIntervalMs(options.leaseMs);
  const loops = [
    repeat({ intervalMs, signal: ended.signal, log, doing: "sending this worker's heartbeat" }, async () => {
      await beat();
      const forgotten = await unlockForgottenTasks(pool, queuePoolIds, inHand, options.leaseMs);
      if (forgotten > 0) log.warn({ tasks: forgotten }, "released tasks that were lost with a connection");
    }),
    repeat({ intervalMs, signal: ended.signal, log, doing: "placing engines" }, async () => {
      await placement.refresh();
      for (const { versionKey, identifier: model, version } of placement.kept())
        await options.engines.ensure(await pooledVersion(model, version), placement.share(versionKey).minimum);
    }),
    repeat(
      { intervalMs: jobCheckIntervalMs, signal: ended.signal, log, doing: "looking for jobs that have ended" },
      () => running.abortStopped(pool),
    ),
  ];

  return {
    async stop(graceMs) {
      const timer = setTimeout(() => {
        const reason = new HandBackError("The worker is stopping.");
        stopping.abort(reason);
        running.abortAll(reason);
      }, graceMs);
      await Promise.all(queues.map((queue) => queue.stop()));
      clearTimeout(timer);
      ended.abort();
      await Promise.all(loops);
      await receivers.destroy();
      await removeWorker(pool, identifier);
    },
  };
}

/** @throws HandBackError when `key` has all the slots it may have. */
async function inSlot(slots: Slots, key: string, work: () => Promise<void>): Promise<void> {
  if ((await slots.during(key, work)) === undefined) throw new HandBackError("All slots of its own are taken.");
}

function toQueueLogger(log: ChunkParts["log"]): QueueLogger {
  return new QueueLogger(() => (level, message) => {
    if (level === "error") log.error(message);
    else if (level === "warning") log.warn(message);
    else log.debug(message);
  });
}
