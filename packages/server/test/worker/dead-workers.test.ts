import { join } from "node:path";
import pg from "pg";
import { afterEach, expect, it } from "vitest";
import { CloseTimeoutError, startServer } from "../../src/index.js";
import { chunkTaskName } from "../../src/queue/chunk-task.js";
import { unlockDeadWorkers } from "../../src/queue/unlock-dead-workers.js";
import { startDatabaseWire } from "../support/database-wire.js";
import { holdTask } from "../support/hold-task.js";
import { noOp, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it("an input that repeatedly kills workers fails alone, without affecting its neighbors or a retry", async () => {
  const server = await startTestServer({ roles: { api: true, worker: false } });
  closers.push(() => server.close());
  const pool = new pg.Pool({ connectionString: server.databaseUrl });
  closers.push(() => pool.end());
  const sources = { a: { input: "a" }, b: { input: "bb" }, c: { input: "ccc" } };
  const { jobIdentifier } = await server.submit({ model: noOp, input: { type: "text", sources } });
  for (let death = 1; death <= 5; death += 1) {
    const { release } = await holdTask(pool, chunkTaskName);
    closers.push(release);
    // Several look after dead workers at a time.
    await Promise.all([unlockDeadWorkers(pool, 0), unlockDeadWorkers(pool, 0)]);
  }
  const { rows } = await pool.query(
    "SELECT deaths, suspect_position, suspect_deaths, (SELECT attempts FROM millrace_queue.jobs WHERE key LIKE 'chunk:%') AS attempts FROM millrace.chunks",
  );
  expect(rows).toEqual([{ deaths: 5, suspect_position: 0, suspect_deaths: 3, attempts: 0 }]);

  const worker = await startServer({
    databaseUrl: server.databaseUrl,
    dataDirectory: server.dataDirectory,
    blobs: join(server.dataDirectory, "blobs"),
    logLevel: "silent",
    roles: { api: false, worker: true },
  });
  closers.push(() => worker.close());
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 2, failed: 1 });
  const { failures, results } = await server.results(jobIdentifier);
  expect(failures["a"]?.error).toMatch(/^The worker died 5 times .* the last 3 times while running this one alone/);
  expect(Object.keys(results).toSorted()).toEqual(["b", "c"]);
  expect((await server.call("POST", `/jobs/${jobIdentifier}/retry`)).status).toBe(200);
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 3, failed: 0 });
});

it("a job times out even without a worker", async () => {
  const server = await startTestServer({ roles: { api: true, worker: false } });
  closers.push(() => server.close());
  const input = { type: "text", sources: { a: { input: "a" } } };
  const { jobIdentifier } = await server.submit({ model: noOp, input, timeout: 100 });
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "TIMEDOUT" });
});

it("a stop completes if the database hangs, and says what hangs", async () => {
  const server = await startTestServer({ roles: { api: true, worker: false } });
  closers.push(() => server.close());
  const wire = await startDatabaseWire(server.databaseUrl);
  closers.push(() => wire.close());
  const worker = await startServer({
    databaseUrl: wire.connectionString,
    dataDirectory: server.dataDirectory,
    blobs: join(server.dataDirectory, "blobs"),
    logLevel: "silent",
    stopGraceMs: 0,
    roles: { api: false, worker: true },
  });
  wire.silence();
  await expect(worker.close()).rejects.toThrow(CloseTimeoutError);
});
