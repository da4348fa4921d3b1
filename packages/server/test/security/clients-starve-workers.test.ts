import { expect, it } from "vitest";
import { createPool } from "../../src/database/pool.js";
import { startGatedBucket } from "../support/gated-bucket.js";
import { noOp, s3Input, startTestServer } from "../support/test-server.js";

it("clients that hold every API connection do not stop workers from finishing a job", async () => {
  const bucket = await startGatedBucket();
  const server = await startTestServer({ s3Endpoint: bucket.endpoint });
  const database = createPool(server.databaseUrl, { maximumConnections: 2, applicationName: "test" });
  const { jobIdentifier } = await server.submit({
    model: noOp,
    input: s3Input({ one: { input: { bucket: "b", key: "one" } } }),
  });
  await expect.poll(() => bucket.requestCount()).toBe(1);

  const lock = await database.connect();
  await lock.query("BEGIN; LOCK TABLE millrace.audit_log IN ACCESS EXCLUSIVE MODE");
  const calls = Array.from({ length: 60 }, () => server.call("GET", "/audit"));
  const waitingSql =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  await expect.poll(async () => (await database.query(waitingSql)).rows[0].count, { timeout: 60_000 }).toBe(20);

  bucket.open();
  const endedSql = "SELECT status FROM millrace.jobs WHERE identifier = $1";
  await expect
    .poll(async () => (await database.query(endedSql, [jobIdentifier])).rows[0].status, { timeout: 60_000 })
    .toBe("COMPLETED");

  await lock.query("COMMIT");
  lock.release();
  await Promise.all(calls);
  await database.end();
  await server.close();
  await bucket.close();
}, 120_000);
