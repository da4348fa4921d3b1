import type { Pool, PoolClient } from "pg";
import { asError } from "../errors/millrace-error.js";
import { isDatabaseOutage } from "./outage.js";

/** What runs one statement: a pool, or a connection inside a transaction. */
export type Database = Pick<Pool, "query">;

/** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (transaction: PoolClient) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.connect();
  let broken: Error | undefined;
  try {
    await connection.query("BEGIN");
    const result = await work(connection);
    await connection.query("COMMIT");
    return result;
  } catch (error) {
    // The end of its connection rolls it back, too, and a connection that does not answer would not answer to this either.
    if (isDatabaseOutage(error)) broken = asError(error);
    else
      await connection.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
    throw error;
  } finally {
    connection.release(broken);
  }
}
