import type { Database } from "../database/transaction.js";

/** Days that counts are kept: a year, so that a season can be compared with the last one, and a month to look at it. */
export const driftRetentionDays = 400;

/** Deletes counts that nobody compares with any more; called now and then by every worker. Index drift_counts_by_hour. */
export async function deleteOldDriftCounts(database: Database): Promise<void> {
  await database.query(`DELETE FROM millrace.drift_counts WHERE hour < now() - interval '${driftRetentionDays} days'`);
}
