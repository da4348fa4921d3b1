import type { Job, JobHelpers, Task } from "graphile-worker";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLog } from "../../src/telemetry/log.js";
import { ChunkLostError, HandBackError } from "../../src/worker/hand-back-error.js";
import { holdTask } from "../../src/worker/hold-task.js";
import { holdTask as takeFromQueue } from "../support/hold-task.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

let database: TestDatabase;
let pool: pg.Pool;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.connectionString, max: 30 });
});
afterAll(async () => {
  for (const close of closers) await close();
  await pool?.end();
  await database?.drop();
});

const take = async (key: string) => {
  const { job, lockedBy, release } = await takeFromQueue(pool, key);
  closers.push(release);
  return { job, lockedBy };
};
/** Queues a task and lets a worker take it. */
const takeTask = async (key: string): Promise<Job> => {
  await pool.query("SELECT millrace_queue.add_job($1, '{\"a\":1}', job_key := $1, priority := 7, flags := '{f}')", [
    key,
  ]);
  return (await take(key)).job;
};
const queued = async (key: string) =>
  (
    await pool.query(
      "SELECT priority, attempts, flags, locked_by, run_at - updated_at = '2 s' AS is_soon FROM millrace_queue.jobs WHERE key = $1",
      [key],
    )
  ).rows as unknown[];
const run = (job: Job, task: Task) => {
  const inHand = new Set<string>();
  const held = holdTask(
    { database: pool, log: createLog("silent"), stopping: new AbortController().signal, inHand },
    task,
  );
  return Promise.resolve(held(job.payload, { job } as JobHelpers));
};
const failing = (error: Error) => () => Promise.reject(error);
const outage = Object.assign(new Error("Connection terminated unexpectedly"), {});

it("a database error does not count as an attempt, and the task soon runs again", async () => {
  const job = await takeTask("outage");
  await run(job, failing(outage));
  expect(await queued("outage")).toEqual([
    { priority: 7, attempts: 0, flags: { f: true }, locked_by: null, is_soon: true },
  ]);
});

it("a task that is handed back can be claimed at once", async () => {
  await run(await takeTask("back"), failing(new HandBackError("later")));
  expect(await queued("back")).toMatchObject([{ attempts: 0, locked_by: null }]);
});

it("a task replaced while it ran is dropped, whatever its outcome", async () => {
  for (const error of [outage, new ChunkLostError("Another worker holds the chunk."), new HandBackError("later")]) {
    const job = await takeTask("replaced");
    await pool.query("SELECT millrace_queue.add_job('replaced', job_key := 'replaced')");
    await run(job, failing(error));
    expect(await queued("replaced")).toMatchObject([{ attempts: 0, locked_by: null }]);
  }
});

it("leaves a task to the worker that has since claimed it", async () => {
  for (const error of [outage, new ChunkLostError("Another worker holds the chunk.")]) {
    const job = await takeTask("elsewhere");
    await pool.query("SELECT millrace_queue.force_unlock_workers(ARRAY[$1])", [job.locked_by]);
    const { lockedBy: other } = await take("elsewhere");
    await expect(run(job, failing(error))).rejects.toThrow(ChunkLostError);
    expect(await queued("elsewhere")).toMatchObject([{ attempts: 2, locked_by: other }]);
  }
});

it("the queue counts any other error", async () => {
  await expect(run(await takeTask("fault"), failing(new Error("a fault")))).rejects.toThrow("a fault");
});
