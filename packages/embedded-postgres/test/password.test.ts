import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adopt, makeFolder, query, start, startOrphan, startProcess } from "./harness.js";

const isRoot = process.getuid?.() === 0;
const ordinaryUser = isRoot ? { uid: 65_534, gid: 65_534 } : {};

function withPassword(connectionString: string, password: string): string {
  return connectionString.replace(/password=[^&]*/, `password=${password}`);
}

test("refuses connections with a missing or wrong password", async () => {
  const folder = await makeFolder();
  const { connectionString } = await start(folder);

  await expect(query(connectionString.replace(/password=[^&]*&/, ""), "SELECT 1")).rejects.toThrow(/password/);
  await expect(query(withPassword(connectionString, "wrong"), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });

  expect(await query(connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("stores the password in a file that only its owner can read, and keeps it across starts", async () => {
  const folder = await makeFolder();
  const first = await start(folder);
  await first.stop();

  const second = await start(folder);

  const path = join(folder, "database/password");
  expect(second.connectionString).toBe(first.connectionString);
  expect(second.connectionString).toContain(`password=${(await readFile(path, "utf8")).trim()}&`);
  expect(await stat(path)).toMatchObject({ mode: 0o100600, uid: process.getuid?.() });
});

test.each([
  ["root", {}],
  ["an ordinary user", ordinaryUser],
])(
  "a cluster from before there were passwords gets one at its next start by %s, and keeps its rows",
  async (_, user) => {
    const folder = await makeFolder();
    const old = startProcess(folder, user);
    await query((await old.answer).connectionString ?? "", "CREATE TABLE kept AS SELECT 42 AS answer");
    await query((await old.answer).connectionString ?? "", "ALTER ROLE millrace PASSWORD NULL");
    await old.end();
    await forgetPassword(folder);

    const server = startProcess(folder, user);
    const { connectionString = "" } = await server.answer;

    expect(await query(connectionString, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
    await expect(query(withPassword(connectionString, "wrong"), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    expect(await server.end()).toBe(0);
  },
);

test("a running PostgreSQL without a password is not adopted; a start stops it and sets one", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  await forgetPassword(folder);
  const orphan = await startOrphan(folder);
  expect(await query(orphan.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);

  expect(await adopt(folder)).toBeUndefined();
  const { connectionString } = await start(folder);

  await expect(query(withPassword(connectionString, "wrong"), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
});

/** Leaves the files as older versions made them. */
async function forgetPassword(folder: string): Promise<void> {
  await rm(join(folder, "database/password"));
  await writeFile(join(folder, "database/cluster/pg_hba.conf"), "local all all trust\n");
}
