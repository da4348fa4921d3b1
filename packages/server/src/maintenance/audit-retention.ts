import type { Database } from "../database/transaction.js";

const entriesPerTurn = 10_000;

/**
 * Deletes the oldest entries of the audit log, up to 10,000 a call; primary key, as entries are about as old as their numbers say. The
 * table itself refuses to lose entries younger than 30 days.
 *
 * @param days how long entries are kept.
 */
export async function deleteOldAuditEntries(database: Database, days: number): Promise<void> {
  await database.query(
    `DELETE FROM millrace.audit_log WHERE id IN (SELECT id FROM millrace.audit_log ORDER BY id LIMIT ${entriesPerTurn})
       AND created_at < now() - $1 * interval '1 day'`,
    [days],
  );
}
