import type { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPool } from "../../src/database/pool.js";
import { createJobChanges, type JobChanges } from "../../src/jobs/job-changes.js";
import { createLog } from "../../src/telemetry/log.js";
import { startDatabaseWire } from "../support/database-wire.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";

const log = createLog("silent");
const patience = { timeout: 60_000 };

describe("changes of jobs, told to other processes", () => {
  let database: TestDatabase;
  let admin: Pool;
  const closers: (() => Promise<void>)[] = [];
  const open = (connectionString: string, applicationName: string) => {
    const pool = createPool(connectionString, { maximumConnections: 1, applicationName });
    closers.push(() => pool.end());
    return pool;
  };
  beforeEach(async () => {
    database = await createTestDatabase();
    closers.push(() => database.drop());
    admin = open(database.connectionString, "admin");
  });
  afterEach(async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  });

  /** Another process: it listens by `connectionString`. */
  const startProcess = (connectionString = database.connectionString) => {
    const changes = createJobChanges({
      pool: open(database.connectionString, "worker"),
      listening: open(connectionString, "listener"),
      log,
    });
    closers.push(() => changes.close());
    const heard: (number | null)[] = [];
    changes.listen((jobIds) => heard.push(...(jobIds ?? [null])));
    return { changes, heard };
  };
  const untilHeard = (changes: JobChanges) => vi.waitFor(() => expect(changes.isHeard()).toBe(true), patience);

  it("are heard by every process that listens, and by the one that notes them at once", async () => {
    const [here, there] = [startProcess(), startProcess()];
    await untilHeard(there.changes);
    here.changes.note(7);
    expect(here.heard.at(-1)).toBe(7);
    await vi.waitFor(() => expect(there.heard).toContain(7), patience);
  });

  it("that are noted together share notifications, however many they are", async () => {
    const [here, there] = [startProcess(), startProcess()];
    await untilHeard(there.changes);
    const jobIds = Array.from({ length: 1_000 }, (_, index) => Number.MAX_SAFE_INTEGER - index);
    for (const jobId of jobIds) here.changes.note(jobId);
    await vi.waitFor(() => expect(there.heard).toEqual(expect.arrayContaining(jobIds)), patience);
  });

  it("may be missed while a connection is replaced: then any job may have changed", async () => {
    const { changes, heard } = startProcess();
    await untilHeard(changes);
    heard.length = 0;
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener' AND datname = current_database()",
    );
    await vi.waitFor(() => expect(heard).toContain(null), patience);
    expect(changes.isHeard()).toBe(true);
  });

  it("are not relied upon where notifications do not arrive", async () => {
    const wire = await startDatabaseWire(database.connectionString);
    closers.push(() => wire.close());
    const { changes } = startProcess(wire.connectionString);
    await untilHeard(changes);
    wire.silence();
    await vi.waitFor(() => expect(changes.isHeard()).toBe(false), patience);
  });
});
