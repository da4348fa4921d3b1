import type { Database } from "../database/transaction.js";

/** Days to keep usage counts: quotas need a month, people a year. */
const usageRetentionDays = 400;

/** Deletes counts that no quota needs any more; every process calls it periodically. */
export async function deleteOldUsage(database: Database): Promise<void> {
  await database.query(
    `DELETE FROM millrace.usage WHERE account_identifier IN (SELECT identifier FROM millrace.accounts)
       AND day < current_date - ${usageRetentionDays}`,
  );
}
