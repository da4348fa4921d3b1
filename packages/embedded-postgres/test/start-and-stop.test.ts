import { existsSync } from "node:fs";
import { mkdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder, processesIn, query, start } from "./harness.js";

function socketFolder(connectionString: string): string {
  return /host=([^&]+)/.exec(connectionString)?.[1]?.replaceAll("%2F", "/") ?? "";
}

test("rows survive a stop and a start", async () => {
  const folder = await makeFolder();
  const first = await start(folder);
  await query(first.connectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  expect(await processesIn(folder)).toEqual([]);

  const second = await start(folder);

  expect(await query(second.connectionString, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

test("it is durable, uses UTF-8 and listens only on a socket in a private folder", async () => {
  const postgres = await start(await makeFolder());

  const [settings] = await query(
    postgres.connectionString,
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
       current_setting('full_page_writes') AS pages, current_setting('server_encoding') AS encoding,
       current_setting('listen_addresses') AS addresses, '日本 ü' AS text`,
  );

  expect(settings).toEqual({ fsync: "on", commit: "on", pages: "on", encoding: "UTF8", addresses: "", text: "日本 ü" });
  expect((await stat(socketFolder(postgres.connectionString))).mode & 0o777).toBe(0o700);
});

test("a second stop waits for the first, and the socket's folder is removed", async () => {
  const folder = await makeFolder();
  const postgres = await start(folder);

  await Promise.all([postgres.stop(), postgres.stop()]);
  await postgres.stop();

  expect(await processesIn(folder)).toEqual([]);
  expect(existsSync(socketFolder(postgres.connectionString))).toBe(false);
});

test("a stop does not wait for connections that are still open", async () => {
  const postgres = await start(await makeFolder());
  const sleeping = query(postgres.connectionString, "SELECT pg_sleep(60)").catch((error: Error) => error.message);

  await postgres.stop();

  expect(await sleeping).toMatch(/terminat|closed|ECONN|EPIPE|starting up|shutting down|ENOENT/);
});

test.each([
  ["spaces, letters of other alphabets, quotes and commas", `with space, "quotes" 日本 ü 'x'`],
  ["more bytes than a socket's path may have", "long-".repeat(40)],
])("the data directory's name may contain %s", async (_, name) => {
  const folder = join(await makeFolder(), name);

  const postgres = await start(folder);

  expect(await query(postgres.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a link to a data directory is the same data directory", async () => {
  const folder = await makeFolder();
  await mkdir(join(folder, "real"));
  await symlink(join(folder, "real"), join(folder, "link"));
  await start(join(folder, "real"));

  await expect(start(join(folder, "link"))).rejects.toMatchObject({ code: "in_use" });
});
