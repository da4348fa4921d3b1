import type { Database } from "../database/transaction.js";

/** Days that counts are kept: a year, so that a season can be compared with the last one, and a month to look at it. */
export const driftRetentionDays = 400;

/** Deletes counts past their retention; every worker calls it periodically. Index drift_counts_by_hour. */
export async function deleteOldDriftCounts(database: Database): Promise<void> {
  await database.query(`DELETE FROM millrace.drift_counts WHERE hour < now() - interval '${driftRetentionDays} days'`);
}
