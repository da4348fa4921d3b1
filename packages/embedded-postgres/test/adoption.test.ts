import { existsSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { adopt, makeFolder, postmasterPid, processesIn, query, start, startOrphan, waitUntil } from "./harness.js";

test("adopts a PostgreSQL that outlived its server, keeps its connections and can stop it", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  const orphan = await startOrphan(folder);
  const client = new pg.Client({ connectionString: orphan.connectionString });
  client.on("error", () => undefined);
  onTestFinished(() => client.end());
  await client.connect();

  const postgres = await adopt(folder);

  expect(postgres?.connectionString).toBe(orphan.connectionString);
  expect(await postmasterPid(folder)).toBe(orphan.pid);
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await expect(start(folder)).rejects.toMatchObject({ code: "in_use" });

  await postgres?.stop();

  expect(await processesIn(folder)).toEqual([]);
  expect(existsSync(join(folder, "server.lock"))).toBe(false);
});

test("restarts an adopted PostgreSQL when it dies", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  const orphan = await startOrphan(folder);
  await query(orphan.connectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
  const lines: string[] = [];
  const postgres = await adopt(folder, lines);

  process.kill(orphan.pid, "SIGKILL");
  await waitUntil(() => lines.some((line) => line.includes("ready to accept connections")));

  expect(await query(postgres?.connectionString ?? "", "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  expect(await postmasterPid(folder)).not.toBe(orphan.pid);
});

test("adopts nothing if no PostgreSQL runs, and does not lock the data directory", async () => {
  const folder = await makeFolder();
  const missing = join(folder, "missing");
  expect(await adopt(missing)).toBeUndefined();
  expect(existsSync(missing)).toBe(false);
  await (await start(folder)).stop();

  expect(await adopt(folder)).toBeUndefined();

  expect(await query((await start(folder)).connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("does not adopt a PostgreSQL whose server is still running", async () => {
  const folder = await makeFolder();
  await start(folder);

  await expect(adopt(folder)).rejects.toMatchObject({ code: "in_use" });
});
