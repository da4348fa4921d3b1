import type { Database } from "../database/transaction.js";

/** Runs the statement that queues chunks, without queuing any: fails whenever a submission would. */
export async function checkQueue(database: Database): Promise<void> {
  await database.query("SELECT count(*) FROM millrace_queue.add_jobs('{}')");
}
