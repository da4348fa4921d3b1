import { chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { completeBinaries } from "../src/binaries.js";
import { findSetpriv } from "../src/setpriv.js";
import { makeFolder, query, start, startProcess } from "./harness.js";

const isRoot = process.getuid?.() === 0;
// Another user can be taken by root only; everybody else is an ordinary user already.
const ordinaryUser = isRoot ? { uid: 65_534, gid: 65_534 } : {};
// Neither who runs this, nor whom root chooses.
const otherUser = isRoot ? { uid: 1, gid: 1 } : {};

test("it runs as an ordinary user", async () => {
  const folder = await makeFolder();

  const server = startProcess(folder, ordinaryUser);
  const answer = await server.answer;

  expect(answer).toEqual({ connectionString: expect.stringContaining("postgresql:") as string });
  expect(await query(answer.connectionString ?? "", "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect((await stat(join(folder, "database/cluster"))).uid).toBe(ordinaryUser.uid ?? process.getuid?.());
  expect(await server.end()).toBe(0);
});

test.runIf(isRoot)("rejects a user without a name and says how to add one", async () => {
  const folder = await makeFolder();

  const answer = await startProcess(folder, { uid: 54_321, gid: 54_321 }).answer;

  expect(answer).toEqual({
    name: "EmbeddedPostgresError",
    code: "no_user",
    message:
      'The embedded PostgreSQL needs a named user, but uid 54321 has no name: add the line "millrace:x:54321:54321::/:/sbin/nologin" to /etc/passwd, run as a user listed there (with Node\'s container images: --user node), or set DATABASE_URL to your own PostgreSQL.',
  });
  expect(await readdir(join(folder, "database"))).toEqual([]);
  expect(await readdir(folder)).toEqual(["database"]);
});

test("root runs it as an unprivileged user, or as the owner of existing files", async () => {
  const folder = await makeFolder();
  const server = startProcess(folder, otherUser);
  await server.answer;
  await server.end();

  const postgres = await start(folder);

  const owner = (await stat(join(folder, "database/cluster"))).uid;
  expect(owner).toBe(otherUser.uid ?? process.getuid?.());
  expect(await query(postgres.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect((await stat(await dataFolderOf(postgres.connectionString))).uid).not.toBe(0);
});

test("it works in a private home directory, or says what to do instead", async () => {
  const home = isRoot ? await makePrivateFolder() : homedir();
  const folder = join(home, `millrace-embedded-${process.pid}`);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));

  if (isRoot && findSetpriv() === undefined) {
    await expect(start(folder)).rejects.toMatchObject({ code: "no_user" });
    return;
  }
  const postgres = await start(folder);
  expect(await query(postgres.connectionString, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await postgres.stop();
});

test("rejects files that belong to another user and names both users", async () => {
  const folder = await makeFolder();
  const server = startProcess(folder, ordinaryUser);
  await server.answer;
  await server.end();
  // Only root can give a folder away; for everybody else the folder of the system's files stands in.
  const cluster = join(folder, "database/cluster");
  if (isRoot) await chown(cluster, 12_345, 12_345);
  else {
    await rm(cluster, { recursive: true });
    await symlink("/etc", cluster);
  }

  const answer = await startProcess(folder, ordinaryUser).answer;

  expect(answer).toMatchObject({ name: "EmbeddedPostgresError", code: "not_writable" });
  expect(answer.message).toContain(`${cluster} belongs to uid ${isRoot ? 12_345 : 0}`);
});

test("creates library links that the installation omitted", async () => {
  const native = await makeInstallation(await makeFolder());

  const found = await completeBinaries(native, await makeFolder(), undefined);

  expect(found).toBe(native);
  expect(await readFile(join(native, "lib/libpq.so.5"), "utf8")).toBe("library");
});

test("copies binaries from a folder that the user cannot enter into the data directory, once and with their links", async () => {
  const [folder, dataDirectory] = [await makeFolder(), await makeFolder()];
  const native = await makeInstallation(join(folder, "closed"), 0o700);
  const user = { uid: 54_321, gid: 54_321, searchRight: undefined, passesAccessChecks: false };

  const copy = await completeBinaries(native, dataDirectory, user);
  await rm(folder, { recursive: true });
  await makeInstallation(join(folder, "closed"), 0o700);

  expect(copy).toBe(join(dataDirectory, "postgres-1.2.3", "native"));
  expect(await readFile(join(copy, "lib/libpq.so.5"), "utf8")).toBe("library");
  expect(await completeBinaries(native, dataDirectory, user)).toBe(copy);
});

/** What a package manager leaves when it runs no install scripts. */
async function makeInstallation(folder: string, mode = 0o755): Promise<string> {
  await mkdir(join(folder, "native/lib"), { recursive: true, mode });
  await writeFile(join(folder, "package.json"), JSON.stringify({ version: "1.2.3" }));
  await writeFile(join(folder, "native/lib/libpq.so.5.18"), "library");
  const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
  await writeFile(join(folder, "native/pg-symlinks.json"), JSON.stringify(links));
  return join(folder, "native");
}

async function makePrivateFolder(): Promise<string> {
  const folder = join(await makeFolder(), "private");
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

async function dataFolderOf(connectionString: string): Promise<string> {
  const [row] = await query(connectionString, "SHOW data_directory");
  return String(row?.["data_directory"]);
}
