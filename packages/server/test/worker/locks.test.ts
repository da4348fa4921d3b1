import pg from "pg";
import { afterEach, expect, it } from "vitest";
import { startGatedBucket } from "../support/gated-bucket.js";
import { noOp, s3Input, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it("the names under which a worker locks tasks are those that its heartbeats tell, so that nobody takes them while it lives", async () => {
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
     FROM graphile_worker.jobs j WHERE j.locked_by IS NOT NULL`,
  );
  expect(rows).toEqual([{ is_known: true }]);
  bucket.open();
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED" });
});
