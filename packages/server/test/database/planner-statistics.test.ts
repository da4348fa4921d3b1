import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { analyzeGrownTables } from "../../src/maintenance/analyze-grown-tables.js";
import { createTestDatabase } from "../support/test-database.js";
import { sentiment, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function connect(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString });
  closers.push(() => pool.end());
  return pool;
}

test("in a previously almost empty database, a batch reads only its own inputs", async () => {
  const server = await startTestServer();
  closers.push(() => server.close());
  const pool = connect(server.databaseUrl);
  const texts = (count: number) => {
    const sources = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`n-${index}`, { "input.txt": "good" }]),
    );
    return { model: sentiment, input: { type: "text", sources } };
  };
  await server.waitForEnd((await server.submit(texts(1))).jobIdentifier);
  await pool.query("ANALYZE");
  const { jobIdentifier } = await server.submit(texts(5_000));
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ completed: 5_000 });
  expect((await server.call("GET", `/results/${jobIdentifier}/n-4999/results.json`)).status).toBe(200);
  const rowsRead = async () => {
    const { rows } = await pool.query<{ index: string; read: string }>(
      "SELECT indexrelname AS index, idx_tup_read::text AS read FROM pg_stat_user_indexes WHERE relname = 'inputs'",
    );
    return Object.fromEntries(rows.map(({ index, read }) => [index, Number(read)]));
  };
  await expect.poll(rowsRead).toMatchObject({ inputs_by_name: 1 });
  expect((await rowsRead())["inputs_pkey"]).toBeLessThan(10 * 5_000);
});

test("analyzes a grown table before autovacuum would", async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const pool = connect(database.connectionString);
  await pool.query("ANALYZE");
  expect(await analyzeGrownTables(pool)).toEqual([]);
  await pool.query("SELECT count(millrace_queue.add_job('none')) FROM generate_series(1, 3000)");
  await expect.poll(() => analyzeGrownTables(pool)).toEqual(["millrace_queue._private_jobs"]);
  const { rows } = await pool.query<{ estimate: number }>(
    "SELECT reltuples AS estimate FROM pg_class WHERE oid = 'millrace_queue._private_jobs'::regclass",
  );
  expect(rows[0]?.estimate).toBeGreaterThanOrEqual(3_000);
});
