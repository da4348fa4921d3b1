import pg from "pg";
import { afterEach, expect, it } from "vitest";
import { startGatedBucket } from "../support/gated-bucket.js";
import { holdTask } from "../support/hold-task.js";
import { unlockDeadWorkers, unlockForgottenTasks } from "../../src/queue/unlock-dead-workers.js";
import { noOp, s3Input, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it("a worker locks tasks under the names in its heartbeats, so nobody takes them while it lives", async () => {
  const bucket = await startGatedBucket();
  closers.push(() => bucket.close());
  const server = await startTestServer({ s3Endpoint: bucket.endpoint });
  closers.push(() => server.close());
  const input = s3Input({ a: { input: { bucket: "b", key: "k" } } });
  const { jobIdentifier } = await server.submit({ model: noOp, input });
  await expect.poll(() => bucket.requestCount()).toBeGreaterThan(0);
  const database = new pg.Client(server.databaseUrl);
  await database.connect();
  closers.push(() => database.end());
  const { rows } = await database.query<{ is_known: boolean }>(
    `SELECT EXISTS (SELECT FROM millrace.workers w WHERE j.locked_by = ANY (w.queue_pool_ids)) AS is_known
     FROM millrace_queue.jobs j WHERE j.locked_by IS NOT NULL`,
  );
  expect(rows).toEqual([{ is_known: true }]);
  bucket.open();
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED" });
});

it("a task replaced while it ran is removed with its worker, because nobody would run it", async () => {
  const server = await startTestServer({ roles: { api: true, worker: false } });
  closers.push(() => server.close());
  const pool = new pg.Pool({ connectionString: server.databaseUrl });
  closers.push(() => pool.end());
  const lockReplaced = async () => {
    const add = () => pool.query("SELECT millrace_queue.add_job('some_task', job_key := 'some key')");
    await add();
    const { lockedBy, release } = await holdTask(pool, "some_task");
    closers.push(release);
    await add();
    return lockedBy;
  };
  const queued = async () =>
    (await pool.query("SELECT key, locked_by FROM millrace_queue.jobs ORDER BY id")).rows as unknown;

  const dead = await lockReplaced();
  expect(await queued()).toEqual([
    { key: null, locked_by: dead },
    { key: "some key", locked_by: null },
  ]);
  expect(await unlockDeadWorkers(pool, 0)).toEqual([dead]);
  expect(await queued()).toEqual([{ key: "some key", locked_by: null }]);

  const living = await lockReplaced();
  expect(await unlockForgottenTasks(pool, [living], new Set(), 0)).toBeGreaterThan(0);
  expect(await queued()).toEqual([{ key: "some key", locked_by: null }]);
});

it("each worker's own lease decides when its tasks are released", async () => {
  const server = await startTestServer({ roles: { api: true, worker: false } });
  closers.push(() => server.close());
  const pool = new pg.Pool({ connectionString: server.databaseUrl });
  closers.push(() => pool.end());
  const silentFor10s = async (leaseMs: number) => {
    await pool.query("SELECT millrace_queue.add_job('some_task')");
    const { lockedBy, release } = await holdTask(pool, "some_task");
    closers.push(release);
    await pool.query(
      `INSERT INTO millrace.workers (identifier, queue_pool_ids, runnable, lease_ms, heartbeat_at)
       VALUES (gen_random_uuid(), ARRAY[$1], '{}', $2, now() - interval '10 s')`,
      [lockedBy, leaseMs],
    );
    return lockedBy;
  };
  const short = await silentFor10s(3_000);
  const long = await silentFor10s(3_600_000);
  expect(await unlockDeadWorkers(pool, 0)).toEqual([short]);
  expect((await pool.query("SELECT queue_pool_ids FROM millrace.workers")).rows).toEqual([{ queue_pool_ids: [long] }]);
});
