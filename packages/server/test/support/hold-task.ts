import { queueSchema } from "../../src/database/queue-schema.js";
import { Logger, run, type Job } from "graphile-worker";
import type { Pool } from "pg";

/** A task that a worker of the queue took and does not finish. */
export interface HeldTask {
  readonly job: Job;
  /** The name under which the queue locked it. */
  readonly lockedBy: string;
  /** Finishes the task and stops the worker. */
  readonly release: () => Promise<void>;
}

/** Starts a worker of the queue that takes one task of that name and keeps it in hand, as one does that hangs or has died. */
export async function holdTask(pool: Pool, taskName: string): Promise<HeldTask> {
  let take = (_job: Job): void => undefined;
  let finish = (): void => undefined;
  const taken = new Promise<Job>((resolve) => (take = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const worker = await run({
    pgPool: pool,
    schema: queueSchema,
    concurrency: 1,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    taskList: {
      [taskName]: (_payload, { job }) => {
        take(job);
        return finished;
      },
    },
  });
  const job = await taken;
  return {
    job,
    lockedBy: job.locked_by ?? "",
    release: async () => {
      finish();
      await worker.stop();
    },
  };
}
