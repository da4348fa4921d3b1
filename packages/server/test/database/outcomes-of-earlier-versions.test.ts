import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, migrations } from "../../src/database/migrate.js";
import { createPool } from "../../src/database/pool.js";
import { readOutcomeLine } from "../../src/outcomes/outcome-line.js";
import { linesOfSlice, readOutcomes } from "../../src/outcomes/read-outcomes.js";
import { readInputEvents } from "../../src/results/read-input-events.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

const range = { first: 0, last: 1_000 };

describe("outcomes that an earlier version recorded", () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createTestDatabase("template0");
    pool = createPool(database.connectionString, { maximumConnections: 1, applicationName: "test" });
    await pool.query(
      "CREATE SCHEMA millrace; CREATE TABLE millrace.migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    for (const { name, sql } of migrations) {
      if (name >= "036") break;
      await pool.query(sql);
      await pool.query("INSERT INTO millrace.migrations (name) VALUES ($1)", [name]);
    }
    await pool.query("SET session_replication_role = replica");
    const moment = "'2026-01-02T03:04:05.678Z'";
    // a and b came first, b failed and was retried; d waits; e is of a time before events; f failed before failures had codes.
    await pool.query(`
      INSERT INTO millrace.inputs (job_id, position, name, data_items, status, engine, error, error_code, size_bytes, fetch_ms, latency_ms,
        queue_ms, started_at, ended_at)
      SELECT 1, position, name, '{}', status, 'engine-1', error, code, 7, 3, 4.25, 9, ${moment}::timestamptz,
        ${moment}::timestamptz + interval '1500 ms'
      FROM (VALUES (0, E'a\\t\\u2028"', 'SUCCESSFUL', NULL, NULL), (1, 'b', 'SUCCESSFUL', NULL, NULL), (2, 'c', 'FAILED', E'no\\ngood', 'model.refused'),
        (3, 'd', 'WAITING', NULL, NULL), (4, 'e', 'SUCCESSFUL', NULL, NULL), (5, 'f', 'FAILED', 'why', NULL)) AS i (position, name, status, error, code);
      INSERT INTO millrace.outputs (job_id, position, name, output_order, media_type, size_bytes, content, blob_key) VALUES
        (1, 0, 'results.json', 0, 'application/json', 2, '{}', NULL), (1, 0, 'picture.png', 1, 'image/png', 9, NULL, 'key');
      INSERT INTO millrace.job_events (job_id, last_event, positions) VALUES (1, 3, '{0,1,3}'), (1, 6, '{1,2,5}');`);
    await migrate(database.connectionString);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  const read = async (which: "all" | "succeeded" | "failed") => {
    const lines = [];
    for await (const slice of readOutcomes(pool, 1, range, which)) lines.push(...linesOfSlice(slice));
    return lines.map(({ position, line }) => ({ position, ...readOutcomeLine(line) }));
  };

  it("are read as those of this version", async () => {
    const all = await read("all");
    expect(all.map(({ position, nameJson }) => [position, JSON.parse(nameJson)])).toEqual([
      [0, 'a\t\u2028"'],
      [1, "b"],
      [2, "c"],
      [4, "e"],
      [5, "f"],
    ]);
    expect(JSON.parse(all[0]?.fieldsJson ?? "")).toEqual({
      status: "SUCCESSFUL",
      engine: "engine-1",
      error: null,
      startTime: "2026-01-02T03:04:05.678+00:00",
      updateTime: "2026-01-02T03:04:07.178+00:00",
      endTime: "2026-01-02T03:04:07.178+00:00",
      elapsedTime: 1_500,
      inputFetching: 3,
      outputUploading: null,
      modelLatency: 4.25,
      queueTime: 9,
      voting: { up: 0, down: 0 },
    });
    expect(all[0]?.sizeBytes).toBe(7);
    expect(all[0]?.outputs).toEqual([
      { nameJson: '"results.json"', mediaTypeJson: '"application/json"', contentJson: "" },
      { nameJson: '"picture.png"', mediaTypeJson: '"image/png"', contentJson: "" },
    ]);
    expect(JSON.parse(all[2]?.fieldsJson ?? "")).toMatchObject({ error: "no\ngood", code: "model.refused" });
    expect(JSON.parse(all[4]?.fieldsJson ?? "")).toMatchObject({ error: "why", code: null });
  });

  it("are told apart by success and failure", async () => {
    expect((await read("succeeded")).map(({ position }) => position)).toEqual([0, 1, 4]);
    expect((await read("failed")).map(({ position }) => position)).toEqual([2, 5]);
  });

  it("have the numbers of their events, and none for what runs again", async () => {
    const { events, sequence } = await readInputEvents(pool, 1, 0);
    expect(sequence).toBe(6);
    expect(events.map((event) => [event.sequence, event.name, event.status])).toEqual([
      [1, 'a\t\u2028"', "SUCCESSFUL"],
      [4, "b", "SUCCESSFUL"],
      [5, "c", "FAILED"],
      [6, "f", "FAILED"],
    ]);
  });
});
