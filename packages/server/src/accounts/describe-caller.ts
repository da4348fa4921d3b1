import type { Database } from "../database/transaction.js";
import type { Caller } from "./caller.js";

/** The caller as others see it. */
export async function describeCaller(database: Database, caller: Caller): Promise<{ name: string; email: string }> {
  const { rows } = await database.query<{ name: string; email: string }>(
    "SELECT trim(first_name || ' ' || last_name) AS name, email FROM millrace.users WHERE identifier = $1",
    [caller.userIdentifier],
  );
  return rows[0] ?? { name: "", email: "" };
}
