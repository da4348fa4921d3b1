import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kill, makeFolder, postmasterPid, query, start, startProcess } from "./harness.js";

test("a second server on a data directory fails, names the first, and does not disturb it", async () => {
  const folder = await makeFolder();
  const first = await start(folder);
  const pid = await postmasterPid(folder);

  const second = await startProcess(folder).answer;

  expect(second).toEqual({
    name: "EmbeddedPostgresError",
    code: "in_use",
    message: `The data directory ${folder} is in use by process ${process.pid}: stop that server first, or choose another directory with --data.`,
  });
  expect(await postmasterPid(folder)).toBe(pid);
  expect(await query(first.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("of several servers that start at once after a kill, exactly one succeeds", async () => {
  const folder = await makeFolder();
  const killed = startProcess(folder);
  await killed.answer;
  await kill(killed.child);

  const servers = Array.from({ length: 4 }, () => startProcess(folder));
  const answers = await Promise.all(servers.map((server) => server.answer));

  expect(answers.filter((answer) => answer.connectionString !== undefined)).toHaveLength(1);
  expect(answers.filter((answer) => answer.code === "in_use")).toHaveLength(3);
  await Promise.all(servers.map((server) => server.end()));
});

test("one process can start it on two data directories but not twice on one", async () => {
  const [folder, other] = [await makeFolder(), await makeFolder()];
  await start(folder);

  await expect(start(folder)).rejects.toMatchObject({ code: "in_use" });

  expect(await query((await start(other)).connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test.each([
  ["of a process that is gone", "4194303 1"],
  ["of a process whose number another one has by now", `${process.pid} 1`],
  ["that is empty", ""],
])("a lock %s does not block a server", async (_, text) => {
  const folder = await makeFolder();
  await writeFile(join(folder, "server.lock"), text);

  await start(folder);

  expect(await readFile(join(folder, "server.lock"), "utf8")).toMatch(new RegExp(`^${process.pid} \\S{2,}\n$`));
});

test("a failed start releases the data directory", async () => {
  const folder = await makeFolder();
  await (await start(folder)).stop();
  await writeFile(join(folder, "database/cluster/postgresql.auto.conf"), "shared_buffers = 'nonsense'\nport = x\n");
  await expect(start(folder)).rejects.toMatchObject({ code: "did_not_start" });
  await writeFile(join(folder, "database/cluster/postgresql.auto.conf"), "");

  expect(await query((await start(folder)).connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});
