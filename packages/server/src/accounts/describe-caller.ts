import type { Database } from "../database/transaction.js";
import type { Caller } from "./caller.js";

/** The caller as others see it, and the account that the caller belongs to. */
export async function describeCaller(
  database: Database,
  caller: Caller,
): Promise<{ name: string; email: string; accountIdentifier: string }> {
  const { rows } = await database.query<{ name: string; email: string }>(
    "SELECT trim(first_name || ' ' || last_name) AS name, email FROM millrace.users WHERE identifier = $1",
    [caller.userIdentifier],
  );
  const { accountIdentifier } = caller;
  return { ...(rows[0] ?? { name: "", email: "" }), accountIdentifier };
}
