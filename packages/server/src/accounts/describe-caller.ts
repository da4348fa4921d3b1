import type { Database } from "../database/transaction.js";
import type { Caller } from "./caller.js";

/** The caller's name as others see it. */
export async function describeCaller(database: Database, caller: Caller): Promise<string> {
  const { rows } = await database.query<{ name: string }>(
    "SELECT trim(first_name || ' ' || last_name) AS name FROM millrace.users WHERE identifier = $1",
    [caller.userIdentifier],
  );
  return rows[0]?.name ?? "";
}
