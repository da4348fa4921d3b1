import { randomUUID } from "node:crypto";
import { chown, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { clusterPath } from "./cluster-path.js";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { describeNamelessUser } from "./nameless-user.js";
import type { ProcessUser } from "./process-user.js";
import { runProgram } from "./run-program.js";

const majorVersion = "18";

/** The folder of PostgreSQL's files in the data directory, made at the first start. */
export async function ensureCluster(
  dataDirectory: string,
  native: string,
  user: ProcessUser | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const cluster = clusterPath(dataDirectory);
  await checkOwner(cluster, user);
  const version = await readVersion(cluster);
  if (version === undefined) await makeCluster(cluster, native, user, signal);
  else if (version !== majorVersion) {
    throw new EmbeddedPostgresError(
      "other_version",
      `${cluster} was created by PostgreSQL ${version}, but this Millrace ships ${majorVersion}: start it with the Millrace that created it, or start a new one with --data. To keep the data, run pg_dump while the older Millrace runs, restore into your own PostgreSQL, and set DATABASE_URL to it.`,
    );
  }
  return cluster;
}

/** PostgreSQL requires that its user owns the files. */
async function checkOwner(cluster: string, user: ProcessUser | undefined): Promise<void> {
  const owner = await unlessMissing(stat(cluster));
  const expected = user?.uid ?? process.getuid?.();
  if (owner === undefined || owner.uid === expected) return;
  throw new EmbeddedPostgresError(
    "not_writable",
    `${cluster} belongs to uid ${owner.uid}, but PostgreSQL would run as ${expected}: start Millrace as the user that created it, or change the owner of the folder and its contents to ${expected}.`,
  );
}

async function readVersion(cluster: string): Promise<string | undefined> {
  return (await unlessMissing(readFile(join(cluster, "PG_VERSION"), "utf8")))?.trim();
}

async function unlessMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whole or not at all: what an interrupted start leaves has another name. */
async function makeCluster(
  cluster: string,
  native: string,
  user: ProcessUser | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const home = dirname(cluster);
  await mkdir(home, { recursive: true, mode: 0o755 });
  if (user !== undefined) await chown(home, user.uid, user.gid);
  // A new name each time: an `initdb` that was interrupted a moment ago removes its own folder while it ends.
  const draft = `${cluster}.part-${randomUUID()}`;
  await removeDrafts(cluster);
  try {
    await initialize(join(native, "bin", "initdb"), draft, user, signal);
    await rename(draft, cluster);
  } catch (error) {
    await removeDrafts(cluster);
    throw error;
  }
}

async function removeDrafts(cluster: string): Promise<void> {
  const home = dirname(cluster);
  for (const name of await readdir(home)) {
    if (!name.startsWith(`${basename(cluster)}.part-`)) continue;
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

async function initialize(
  initdb: string,
  directory: string,
  user: ProcessUser | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const parameters = [
    "-D",
    directory,
    "-U",
    "millrace",
    "-A",
    // Until it has a password.
    "reject",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-instructions",
  ];
  const { code, errors } = await runProgram(initdb, parameters, { user, signal });
  if (code === 0) return;
  const namelessUser = describeNamelessUser(errors);
  if (namelessUser !== undefined) throw namelessUser;
  const reason =
    /(?:error|FATAL|PANIC): *(.*)/.exec(errors)?.[1] ?? errors.trim().split("\n").at(-1) ?? `exit code ${code}`;
  throw new EmbeddedPostgresError(
    "not_writable",
    `PostgreSQL's files cannot be created in ${dirname(directory)} (${reason}): check that folder's free space and permissions, or set DATABASE_URL.`,
  );
}
