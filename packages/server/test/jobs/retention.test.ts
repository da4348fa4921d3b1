import { join } from "node:path";

import { createPool } from "../../src/database/pool.js";
import { afterEach, expect, it } from "vitest";
import { readInputEvents } from "../../src/results/read-input-events.js";
import { deleteOldData } from "../../src/maintenance/retention.js";
import type { BlobStore } from "../../src/storage/blob-store.js";
import { openBlobStore } from "../../src/storage/open-blob-store.js";
import { createLog } from "../../src/telemetry/log.js";
import { noOp, startTestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const input = { type: "text", sources: { a: { input: "x" } } };

it("a job says how long its results are kept; a failed deletion does not block others", async () => {
  const server = await startTestServer({ roles: { api: true, worker: false } });
  closers.push(() => server.close());
  const pool = createPool(server.databaseUrl, { maximumConnections: 2, applicationName: "test" });
  closers.push(() => pool.end());
  const jobs: string[] = [];
  for (const hoursDeleteResults of [1, 1, 0, 9, undefined])
    jobs.push((await server.submit({ model: noOp, input, hoursDeleteResults })).jobIdentifier);
  for (const job of jobs) await server.call("DELETE", `/jobs/${job}`);
  await pool.query("UPDATE millrace.jobs SET ended_at = now() - interval '5 hours' + id * interval '1 s'");
  const real = await openBlobStore(join(server.dataDirectory, "blobs"));
  const blobs: BlobStore = {
    ...real,
    remove: (key, signal) =>
      key === jobs[0] ? Promise.reject(new Error("the store does not want to")) : real.remove(key, signal),
  };
  const deleted = async () =>
    (
      await pool.query<{ is_deleted: boolean }>(
        "SELECT results_deleted_at IS NOT NULL AS is_deleted FROM millrace.jobs ORDER BY id",
      )
    ).rows.map((row) => row.is_deleted);
  const parts = { pool, blobs, log: createLog("silent"), auditDays: 365 };
  const { signal } = new AbortController();
  await deleteOldData({ ...parts, hoursDeleteResults: 0 }, signal);
  // The server's own process may have deleted those of the first meanwhile.
  expect((await deleted()).slice(1)).toEqual([true, false, false, false]);
  await deleteOldData({ ...parts, hoursDeleteResults: 2 }, signal);
  expect((await deleted()).slice(1)).toEqual([true, false, false, true]);
});

it("an input that runs again is reported as finished only when it is", async () => {
  const server = await startTestServer({ roles: { api: true, worker: false } });
  closers.push(() => server.close());
  const pool = createPool(server.databaseUrl, { maximumConnections: 2, applicationName: "test" });
  closers.push(() => pool.end());
  const sources = { a: { input: "x" }, b: { input: "x" } };
  await server.submit({ model: noOp, input: { type: "text", sources } });
  const failed = (name: string) =>
    `${JSON.stringify(name)}\t1\t${JSON.stringify({ status: "FAILED", error: "why", code: "model.refused" })}`;
  const record = (lastEvent: number, positions: number[], isRetried: boolean, names: string[]) =>
    pool.query(
      `INSERT INTO millrace.outcome_batches (job_id, last_event, first_position, part, positions, failed_positions, is_retried, lines)
       SELECT id, $1, $2, 0, $3, $3, $4, $5 FROM millrace.jobs`,
      [lastEvent, positions[0], positions, isRetried, names.map(failed).join("\n")],
    );
  await record(2, [0, 1], true, ["a", "b"]);
  await record(3, [1], false, ["b"]);
  const { rows } = await pool.query<{ id: number }>("SELECT id FROM millrace.jobs");
  const read = await readInputEvents(pool, Number(rows[0]?.id), 0);
  expect(read).toEqual({
    sequence: 3,
    events: [{ sequence: 3, code: "model.refused", name: "b", status: "FAILED", error: "why" }],
  });
});
