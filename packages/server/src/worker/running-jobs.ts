import type { Database } from "../database/transaction.js";
import { runnableStatuses } from "../states/job-states.js";

/** The jobs whose chunks this worker runs, and how to stop them. */
export interface RunningJobs {
  /** Runs `work` with a signal that is aborted when the job is ended or paused from outside. */
  during<Result>(jobId: number, work: (ended: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Aborts the work on jobs that have ended or are paused; called every second. One query by primary key, none while idle. */
  abortStopped(database: Database): Promise<void>;
  /** Aborts all current and future work. */
  abortAll(reason: Error): void;
}

/** The reason of an abort that is not an error: the job was cancelled, paused or timed out. */
export class JobStoppedError extends Error {
  override readonly name = "JobStoppedError";
}

export function createRunningJobs(): RunningJobs {
  const running = new Map<number, Set<AbortController>>();
  let stopReason: Error | undefined;
  return {
    abortAll(reason) {
      stopReason = reason;
      for (const controllers of running.values()) for (const controller of controllers) controller.abort(reason);
    },
    async during(jobId, work) {
      const controller = new AbortController();
      if (stopReason !== undefined) controller.abort(stopReason);
      const controllers = running.get(jobId) ?? new Set();
      running.set(jobId, controllers.add(controller));
      try {
        return await work(controller.signal);
      } finally {
        controllers.delete(controller);
        if (controllers.size === 0) running.delete(jobId);
      }
    },
    async abortStopped(database) {
      if (running.size === 0) return;
      const { rows } = await database.query<{ id: number }>(
        "SELECT id FROM millrace.jobs WHERE id = ANY ($1) AND (status <> ALL ($2) OR paused_at IS NOT NULL)",
        [[...running.keys()], runnableStatuses],
      );
      for (const { id } of rows) {
        for (const controller of running.get(id) ?? [])
          controller.abort(new JobStoppedError("The job has ended or is paused."));
      }
    },
  };
}
