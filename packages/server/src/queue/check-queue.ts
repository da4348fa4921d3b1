import type { Database } from "../database/transaction.js";

/** Queues nothing, by the statement that queues chunks: it fails where a submission would. */
export async function checkQueue(database: Database): Promise<void> {
  await database.query("SELECT count(*) FROM graphile_worker.add_jobs('{}')");
}
