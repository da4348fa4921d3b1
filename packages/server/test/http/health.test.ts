import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool } from "../../src/database/pool.js";
import { startDatabaseWire, type DatabaseWire } from "../support/database-wire.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let database: TestDatabase;
let wire: DatabaseWire;
let server: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  wire = await startDatabaseWire(database.connectionString);
  server = await startTestServer({ databaseUrl: wire.connectionString, statementLimitMs: 5_000 });
});
afterAll(async () => {
  await server?.close();
  await wire?.close();
  await database?.drop();
});

const health = () => server.call("GET", "/health");
const status = async () => (await health()).status;

it("is unhealthy while the queue accepts nothing", async () => {
  const admin = createPool(database.connectionString, { maximumConnections: 1, applicationName: "test" });
  await admin.query("ALTER FUNCTION millrace_queue.add_jobs RENAME TO add_jobs_away");
  await expect.poll(status).toBe(503);
  expect((await health()).body).toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(/^The queue failed \(42883\)/),
  });
  await admin.query("ALTER FUNCTION millrace_queue.add_jobs_away RENAME TO add_jobs");
  await admin.end();
  await expect.poll(status).toBe(200);
});

it("is unhealthy while the database hangs", async () => {
  wire.silence();
  await expect.poll(status, { timeout: 60_000 }).toBe(503);
  expect((await health()).body.message).toMatch(/^The database did not respond|^The database does not respond/);
  wire.heal();
  await expect.poll(status, { timeout: 60_000 }).toBe(200);
});
