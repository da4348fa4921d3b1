import { setTimeout as delay } from "node:timers/promises";
import type { Job, Task } from "graphile-worker";
import { isDatabaseOutage } from "../database/outage.js";
import type { Database } from "../database/transaction.js";
import { readTaskState, requeueTask } from "../queue/requeue-task.js";
import type { Log } from "../telemetry/log.js";
import { ChunkLostError, HandBackError } from "./hand-back-error.js";
import { JobStoppedError } from "./running-jobs.js";

interface HoldOptions {
  readonly database: Database;
  readonly log: Log;
  /** Aborted when the worker must stop waiting for its database. */
  readonly stopping: AbortSignal;
  /** Gets the ids of the tasks that are being run. */
  readonly inHand: Set<string>;
}

// A database that is back is not asked by all workers at once, and soon enough.
const pauseAfterOutageMs = 2_000;

/**
 * Makes a task of the queue from one that may fail by faults that are not its own: those are no attempts, and do not make it wait
 * longer and longer. Any other fault is the queue's, which counts and repeats.
 */
export function holdTask({ database, log, stopping, inHand }: HoldOptions, task: Task): Task {
  const requeue = async (job: Job, delayMs: number): Promise<void> => {
    for (;;) {
      try {
        const state = await requeueTask(database, job, delayMs);
        if (state === "elsewhere") throw new ChunkLostError("The task was given to another worker.");
        return;
      } catch (error) {
        if (!isDatabaseOutage(error) || stopping.aborted) throw error;
        await delay(pauseAfterOutageMs, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  };

  const settle = async (error: unknown, job: Job): Promise<void> => {
    if (error instanceof JobStoppedError) return;
    if (error instanceof HandBackError) return requeue(job, 0);
    if (error instanceof ChunkLostError) {
      if ((await readTaskState(database, job)) === "void") return;
      throw error;
    }
    const details = { err: error, task: job.task_identifier, payload: job.payload };
    if (isDatabaseOutage(error)) {
      log.warn(details, "the database connection was lost while a task ran; the task is retried once it is back");
      return requeue(job, pauseAfterOutageMs);
    }
    log.warn(details, "a task failed; it is retried");
    throw error;
  };

  return async (payload, helpers) => {
    const { job } = helpers;
    inHand.add(job.id);
    try {
      await task(payload, helpers);
    } catch (error) {
      await settle(error, job);
    } finally {
      inHand.delete(job.id);
    }
  };
}
