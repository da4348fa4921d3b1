import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findInstalledBinaries } from "../src/binaries.js";
import { findProcessUser } from "../src/process-user.js";
import { findSetpriv } from "../src/setpriv.js";
import {
  kill,
  makeFolder,
  postmasterPid,
  processesIn,
  query,
  start,
  startOrphan,
  startProcess,
  waitUntil,
} from "./harness.js";

test("a killed server takes its PostgreSQL down, and the next start has every committed row", async () => {
  const folder = await makeFolder();
  const server = startProcess(folder);
  const { connectionString = "" } = await server.answer;
  await query(connectionString, "CREATE TABLE kept AS SELECT 42 AS answer");

  await kill(server.child);
  if (findSetpriv() !== undefined) await waitUntil(async () => (await processesIn(folder)).length === 0);

  const next = await start(folder);
  expect(await query(next.connectionString, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("the next start does not fail while the PostgreSQL of a just killed server ends", async () => {
  const folder = await makeFolder();
  const server = startProcess(folder);
  await server.answer;

  await kill(server.child);
  const next = await start(folder);

  expect(await query(next.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a start stops a PostgreSQL that outlived its server and keeps its rows", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  const orphan = await startOrphan(folder);
  await query(orphan.connectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
  const lines: string[] = [];

  const next = await start(folder, lines);

  expect(lines.join("\n")).toContain(`stopping PostgreSQL ${orphan.pid}, which an earlier server left running`);
  expect(await postmasterPid(folder)).not.toBe(orphan.pid);
  expect(await query(next.connectionString, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("restarts a killed PostgreSQL with the same connection string and every committed row", async () => {
  const folder = await makeFolder();
  const lines: string[] = [];
  const postgres = await start(folder, lines);
  await query(postgres.connectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
  for (let round = 0; round < 3; round += 1) {
    const pid = await postmasterPid(folder);

    process.kill(pid, "SIGKILL");

    await waitUntil(() => answers(postgres.connectionString, pid, folder));
    expect(await query(postgres.connectionString, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  }
  expect(lines.filter((line) => line === "PostgreSQL exited (SIGKILL); restarting it")).toHaveLength(3);
  await postgres.stop();
  expect(await processesIn(folder)).toEqual([]);
});

test("a stop during a restart leaves no process", async () => {
  const folder = await makeFolder();
  const lines: string[] = [];
  const postgres = await start(folder, lines);

  process.kill(await postmasterPid(folder), "SIGKILL");
  await waitUntil(() => lines.some((line) => line.includes("restarting it")));
  await postgres.stop();

  await waitUntil(async () => (await processesIn(folder)).length === 0);
});

test("a process that reuses the pid of an earlier PostgreSQL is not stopped and does not prevent a start", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  const user = await findProcessUser(folder, findInstalledBinaries());
  const stranger = spawn("sleep", ["600"], user === undefined ? {} : { uid: user.uid, gid: user.gid });
  onTestFinished(() => void stranger.kill("SIGKILL"));
  await once(stranger, "spawn");
  await writeFile(join(folder, "database/cluster/postmaster.pid"), `${stranger.pid}\n`);

  const next = await start(folder);

  expect(await query(next.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

async function answers(connectionString: string, oldPid: number, folder: string): Promise<boolean> {
  try {
    await query(connectionString, "SELECT 1");
    return (await postmasterPid(folder)) !== oldPid;
  } catch {
    return false;
  }
}
