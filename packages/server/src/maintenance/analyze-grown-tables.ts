import type { Database } from "../database/transaction.js";

/**
 * Takes new statistics of tables that are several times as large as the planner believes. The database does so by itself
 * about once a minute: until then a first large job is run by plans for a table that is almost empty.
 *
 * @returns the tables, as `schema.name`.
 */
export async function analyzeGrownTables(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT format('%I.%I', s.schemaname, s.relname) AS name FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
     WHERE s.schemaname IN ('millrace', 'graphile_worker') AND s.n_mod_since_analyze > 1000 + 2 * greatest(c.reltuples, 0)`,
  );
  // Another worker may be at it.
  for (const { name } of rows) await database.query(`ANALYZE (SKIP_LOCKED) ${name}`);
  return rows.map(({ name }) => name);
}
