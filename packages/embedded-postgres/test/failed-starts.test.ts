import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEmbeddedPostgres } from "../src/embedded-postgres.js";
import { kill, makeFolder, processesIn, query, start, startProcess, waitUntil } from "./harness.js";

test("an interrupted first start starts over", async () => {
  const folder = await makeFolder();
  const server = startProcess(folder);
  server.answer.catch(() => undefined);
  await waitUntil(() => areFilesBeingMade(folder));
  await kill(server.child);
  expect(existsSync(join(folder, "database/cluster"))).toBe(false);

  const postgres = await start(folder);

  expect(await query(postgres.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect((await readdir(join(folder, "database"))).toSorted()).toEqual(["cluster", "password"]);
});

test("a start aborted during initdb leaves no process, lock or partial files", async () => {
  const folder = await makeFolder();
  const abort = new AbortController();
  const starting = startEmbeddedPostgres({ dataDirectory: folder, log: () => undefined, signal: abort.signal });
  starting.catch(() => undefined);
  await waitUntil(() => areFilesBeingMade(folder));

  abort.abort(new Error("enough"));

  await expect(starting).rejects.toThrow("enough");
  await waitUntil(async () => (await processesIn(folder)).length === 0);
  expect(await readdir(join(folder, "database"))).toEqual([]);
  expect(await readdir(folder)).toEqual(["database"]);
  await start(folder);
});

test("a start aborted while PostgreSQL starts leaves no process or lock", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  const abort = new AbortController();
  const log = (line: string) => {
    if (line.includes("starting PostgreSQL")) abort.abort(new Error("enough"));
  };

  // Either it was quick enough to be ready before, or it rejects: never does anything stay.
  const outcome = await startEmbeddedPostgres({ dataDirectory: folder, log, signal: abort.signal }).catch(
    (error: Error) => error,
  );
  if (outcome instanceof Error) expect(outcome.message).toBe("enough");
  else await outcome.stop();

  expect(await processesIn(folder)).toEqual([]);
  expect(existsSync(join(folder, "server.lock"))).toBe(false);
});

test("a start with an aborted signal does nothing", async () => {
  const folder = join(await makeFolder(), "data");

  const starting = startEmbeddedPostgres({ dataDirectory: folder, log: () => undefined, signal: AbortSignal.abort() });

  await expect(starting).rejects.toMatchObject({ name: "AbortError" });
  expect(existsSync(folder)).toBe(false);
});

test("rejects files of another major version and names both versions", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  await writeFile(join(folder, "database/cluster/PG_VERSION"), "17\n");

  await expect(start(folder)).rejects.toMatchObject({
    name: "EmbeddedPostgresError",
    code: "other_version",
    message: `${join(folder, "database/cluster")} was created by PostgreSQL 17, but this Millrace ships 18: start it with the Millrace that created it, or start a new one with --data. To keep the data, run pg_dump while the older Millrace runs, restore into your own PostgreSQL, and set DATABASE_URL to it.`,
  });
});

test("an error about a data directory that cannot be created names it and says what to do", async () => {
  const file = join(await makeFolder(), "file");
  await writeFile(file, "");

  await expect(start(join(file, "data"))).rejects.toMatchObject({
    name: "EmbeddedPostgresError",
    code: "not_writable",
    message: `The data directory ${file}/data cannot be written (ENOTDIR at ${file}/data): check its path and permissions, or choose another with --data.`,
  });
});

test("an error about a data directory that is not writable names it and says what to do", async () => {
  const isRoot = process.getuid?.() === 0;
  const folder = isRoot ? join(await makeFolder(), "data") : "/usr";
  if (isRoot) await mkdir(folder, { mode: 0o755 });

  const answer = await startProcess(folder, isRoot ? { uid: 65_534, gid: 65_534 } : {}).answer;

  expect(answer).toEqual({
    name: "EmbeddedPostgresError",
    code: "not_writable",
    message: `The data directory ${folder} cannot be written (EACCES at ${folder}): check its path and permissions, or choose another with --data.`,
  });
});

test("quotes PostgreSQL's error in one sentence", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  await writeFile(join(folder, "database/cluster/postgresql.auto.conf"), "no_such_setting = 1\n");

  await expect(start(folder)).rejects.toMatchObject({
    code: "did_not_start",
    message: expect.stringMatching(/^The embedded PostgreSQL in .* did not start \(.*\)\. Fix the cause/) as string,
  });
  expect(await processesIn(folder)).toEqual([]);
});

/** Whether the first start is half way. */
async function areFilesBeingMade(folder: string): Promise<boolean> {
  const home = join(folder, "database");
  const names = existsSync(home) ? await readdir(home) : [];
  return names.some((name) => name.startsWith("cluster.part-") && existsSync(join(home, name, "PG_VERSION")));
}
