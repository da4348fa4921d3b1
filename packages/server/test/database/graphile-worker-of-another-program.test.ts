import { runMigrations } from "graphile-worker";
import type { Pool } from "pg";
import { afterEach, expect, it } from "vitest";
import { migrate, migrations } from "../../src/database/migrate.js";
import { createPool } from "../../src/database/pool.js";
import { createTestDatabase } from "../support/test-database.js";
import { noOp, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
});
const open = (connectionString: string): Pool => {
  const pool = createPool(connectionString, { maximumConnections: 2, applicationName: "test" });
  closers.push(() => pool.end());
  return pool;
};

it("may be installed in the same database while jobs run: they go on", async () => {
  const exitCode = process.exitCode;
  const server = await startTestServer();
  closers.push(() => server.close());
  const pool = open(server.databaseUrl);
  const submit = async () =>
    server.waitForEnd(
      (await server.submit({ model: noOp, input: { type: "text", sources: { a: { input: "x" } } } })).jobIdentifier,
    );
  expect(await submit()).toMatchObject({ status: "COMPLETED" });
  await runMigrations({ pgPool: pool });
  expect(await submit()).toMatchObject({ status: "COMPLETED" });
  // The library sets it when it stops after another program's migration.
  process.exitCode = exitCode;
  expect((await pool.query("SELECT FROM graphile_worker.jobs")).rowCount).toBe(0);
});

it("keeps its tasks when Millrace comes to a database", async () => {
  const database = await createTestDatabase("template0");
  closers.push(() => database.drop());
  const pool = open(database.connectionString);
  await runMigrations({ pgPool: pool });
  await pool.query("SELECT graphile_worker.add_job('run_chunk', job_key := 'theirs')");
  await migrate(database.connectionString);
  expect((await pool.query("SELECT key FROM graphile_worker.jobs")).rows).toEqual([{ key: "theirs" }]);
  expect((await pool.query("SELECT FROM millrace_queue.jobs")).rowCount).toBe(0);
});

it("whose schema earlier versions of Millrace used gives their tasks to this version, and keeps others", async () => {
  const database = await createTestDatabase("template0");
  closers.push(() => database.drop());
  const pool = open(database.connectionString);
  await runMigrations({ pgPool: pool });
  await pool.query(
    "CREATE SCHEMA millrace; CREATE TABLE millrace.migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  for (const { name, sql } of migrations) {
    if (name >= "036") break;
    await pool.query(sql);
    await pool.query("INSERT INTO millrace.migrations (name) VALUES ($1)", [name]);
  }
  await pool.query(
    `SELECT graphile_worker.add_job('run_chunk', '{"jobId": 1, "chunkIndex": 2}'::json, job_key := 'chunk:1:2', priority := -5,
       max_attempts := 32767, flags := ARRAY['a', 'b']), graphile_worker.add_job('theirs', job_key := 'theirs')`,
  );
  await migrate(database.connectionString);
  const { rows } = await pool.query(
    "SELECT task_identifier, key, priority, max_attempts, flags, locked_by FROM millrace_queue.jobs",
  );
  expect(rows).toEqual([
    {
      task_identifier: "run_chunk",
      key: "chunk:1:2",
      priority: -5,
      max_attempts: 32_767,
      flags: { a: true, b: true },
      locked_by: null,
    },
  ]);
  expect((await pool.query("SELECT payload FROM millrace_queue._private_jobs")).rows).toEqual([
    { payload: { jobId: 1, chunkIndex: 2 } },
  ]);
  expect((await pool.query("SELECT key FROM graphile_worker.jobs")).rows).toEqual([{ key: "theirs" }]);
});
