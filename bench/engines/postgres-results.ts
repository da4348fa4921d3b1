import type pg from "pg";
import { startEmbeddedPostgres } from "@millrace/embedded-postgres";
import { createPool } from "../../packages/server/src/database/pool.js";

export interface Result {
  readonly run: string;
  readonly name: string;
  readonly result: unknown;
}

/** A fresh PostgreSQL, with the binaries and settings of Millrace's, and a table of results. */
export interface PostgresResults {
  readonly pool: pg.Pool;
  readonly connectionString: string;
  readonly version: string;
  /** One statement for all; a result that is there already stays. */
  insert(results: readonly Result[]): Promise<void>;
  read(run: string): Promise<Map<string, unknown>>;
  close(): Promise<void>;
}

/** @param connections of the pool: what works and what enqueues share it. */
export async function openPostgresResults(dataDirectory: string, connections = 10): Promise<PostgresResults> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: () => {} });
  const { connectionString } = postgres;
  const pool = createPool(connectionString, { maximumConnections: connections, applicationName: "peer" });
  await pool.query("CREATE TABLE results (run text, name text, result jsonb NOT NULL, PRIMARY KEY (run, name))");
  const { rows } = await pool.query<{ server_version: string }>("SHOW server_version");
  return {
    pool,
    connectionString,
    version: `PostgreSQL ${rows[0]?.server_version.split(" ")[0]}`,
    async insert(results) {
      await pool.query({
        name: "insert-results",
        text: `INSERT INTO results SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[]) ON CONFLICT DO NOTHING`,
        values: [
          results.map(({ run }) => run),
          results.map(({ name }) => name),
          results.map(({ result }) => JSON.stringify(result)),
        ],
      });
    },
    async read(run) {
      const found = await pool.query<Result>("SELECT name, result FROM results WHERE run = $1", [run]);
      return new Map(found.rows.map(({ name, result }) => [name, result]));
    },
    async close() {
      await pool.end();
      await postgres.stop();
    },
  };
}
