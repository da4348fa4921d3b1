import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type Server } from "../../src/index.js";
import { startDatabaseWire, type DatabaseWire } from "../support/database-wire.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let api: TestServer;
let wire: DatabaseWire;
let worker: Server;
beforeAll(async () => {
  api = await startTestServer({ roles: { api: true, worker: false } });
  wire = await startDatabaseWire(api.databaseUrl);
  worker = await startServer({
    databaseUrl: wire.connectionString,
    dataDirectory: api.dataDirectory,
    roles: { api: false, worker: true },
    probePort: 0,
    logLevel: "silent",
    statementLimitMs: 5_000,
    closeLimitMs: 300_000,
  });
});
afterAll(async () => {
  wire?.heal();
  await worker?.close();
  await wire?.close();
  await api?.close();
});

const probe = (path: string, method = "GET") => fetch(`http://127.0.0.1:${worker.probePort}${path}`, { method });
const statusOf = async (path: string, method?: string) => (await probe(path, method)).status;

it("a worker answers an orchestrator's probes without a key, and nothing else", async () => {
  expect(worker.url).toBeUndefined();
  expect([await statusOf("/livez"), await statusOf("/readyz"), await statusOf("/readyz", "HEAD")]).toEqual([
    200, 200, 200,
  ]);
  expect([await statusOf("/api/jobs"), await statusOf("/"), await statusOf("/livez", "POST")]).toEqual([404, 404, 405]);
});

it("a worker whose database hangs is alive, but not ready, and says why", async () => {
  wire.silence();
  await expect.poll(() => statusOf("/readyz"), { timeout: 60_000 }).toBe(503);
  expect(await (await probe("/readyz")).text()).toMatch(/^The database did not respond|^The database does not respond/);
  expect(await statusOf("/livez")).toBe(200);
  wire.heal();
  await expect.poll(() => statusOf("/readyz"), { timeout: 60_000 }).toBe(200);
});

it("a port that is taken is named with the setting to change", async () => {
  const start = startServer({
    databaseUrl: api.databaseUrl,
    dataDirectory: api.dataDirectory,
    roles: { api: false, worker: true },
    probePort: worker.probePort,
    logLevel: "silent",
  });
  await expect(start).rejects.toThrow(
    /^Cannot listen on port \d+ \(EADDRINUSE\): choose another MILLRACE_PROBE_PORT\.$/,
  );
});
