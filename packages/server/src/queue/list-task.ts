import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";
import { chunkPriority, queueAttempts, type QueuedJob } from "./chunk-task.js";
import { accountFlag } from "./task-flags.js";

/** The task that lists the inputs of a job whose submission names a folder or a query. */
export const listTaskName = "list_inputs";

export const ListTask = Type.Object({ jobId: Type.Integer() });
export type ListTask = Static<typeof ListTask>;

const listTaskSchema = Compile(ListTask);

/** @throws Error when the payload of a queue row is invalid. */
export function parseListTask(payload: unknown): ListTask {
  return listTaskSchema.Parse(payload);
}

/** Maximum attempts at listing before the job fails; each one must have ended with the death of its worker. */
export const maximumListAttempts = 5;

/** Queues the listing of a job in the caller's transaction; any worker can run it. */
export async function enqueueListing(transaction: Database, job: QueuedJob): Promise<void> {
  await transaction.query(
    "SELECT millrace_queue.add_job($1, $2::json, job_key := $3, priority := $4, max_attempts := $5, flags := $6)",
    [
      listTaskName,
      JSON.stringify({ jobId: job.id } satisfies ListTask),
      `list:${job.id}`,
      chunkPriority(job, 0),
      queueAttempts,
      [accountFlag(job.account_identifier)],
    ],
  );
}
