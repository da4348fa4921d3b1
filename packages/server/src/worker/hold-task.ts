import { setTimeout as delay } from "node:timers/promises";
import type { Job, Task } from "graphile-worker";
import { isDatabaseOutage } from "../database/outage.js";
import { describeFullDisk } from "../errors/full-disk.js";
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
  /** Receives the ids of running tasks. */
  readonly inHand: Set<string>;
}

// Spreads the workers' retries after an outage, and is soon enough.
const pauseAfterOutageMs = 2_000;

/**
 * Wraps a queue task so that database outages do not count as attempts and cause no growing delays. The queue counts and retries
 * all other errors.
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
      const reason = describeFullDisk(error) ?? "The database connection was lost while a task ran.";
      log.warn(details, `${reason} The task is retried.`);
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
