import type { Database } from "../database/transaction.js";

/**
 * Analyzes tables that are several times larger than the planner believes. Autovacuum does so about once a minute; until then,
 * a first large job would run with plans for an almost empty table.
 *
 * @returns the tables, as `schema.name`.
 */
export async function analyzeGrownTables(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT format('%I.%I', s.schemaname, s.relname) AS name FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
     WHERE s.schemaname IN ('millrace', 'millrace_queue') AND s.n_mod_since_analyze > 1000 + 2 * greatest(c.reltuples, 0)`,
  );
  // Another worker may be doing it.
  for (const { name } of rows) await database.query(`ANALYZE (SKIP_LOCKED) ${name}`);
  return rows.map(({ name }) => name);
}
