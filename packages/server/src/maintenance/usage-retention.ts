import type { Database } from "../database/transaction.js";

/** Days that counts of what was used are kept: quotas look back a month, people a year. */
const usageRetentionDays = 400;

/** Deletes counts that no quota needs any more; called now and then by every process. */
export async function deleteOldUsage(database: Database): Promise<void> {
  await database.query(
    `DELETE FROM millrace.usage WHERE account_identifier IN (SELECT identifier FROM millrace.accounts)
       AND day < current_date - ${usageRetentionDays}`,
  );
}
