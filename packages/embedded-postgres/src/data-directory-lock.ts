import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { startTimeOf } from "./running-process.js";

/**
 * Keeps a second server off a data directory. The lock names a process and when it started, so that it ends with that
 * process, however it ends, and a process that got the same number later does not inherit it.
 *
 * @returns how to give the lock back.
 * @throws EmbeddedPostgresError `in_use`.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<() => Promise<void>> {
  const path = join(dataDirectory, "server.lock");
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, `${process.pid} ${await startTimeOf(process.pid)}\n`, { flag: "wx", mode: 0o644 });
    // A link appears with its content, so that nobody reads half a lock.
    while (!(await unless("EEXIST", link(draft, path)))) await removeIfStale(path, dataDirectory);
  } finally {
    await rm(draft, { force: true });
  }
  return () => rm(path, { force: true });
}

async function removeIfStale(path: string, dataDirectory: string): Promise<void> {
  const holder = await readIfThere(path);
  if (holder === undefined) return;
  const [pid, startTime] = splitOnce(holder.trim());
  if (startTime !== "" && (await startTimeOf(Number(pid))) === startTime) {
    throw new EmbeddedPostgresError(
      "in_use",
      `The data directory ${dataDirectory} is in use by process ${pid}: stop that server first, or choose another directory with --data.`,
    );
  }
  // Another server may have taken the stale lock over since it was read: what is taken away is looked at once more.
  const aside = `${path}.${randomUUID()}`;
  if (!(await unless("ENOENT", rename(path, aside)))) return;
  if ((await readFile(aside, "utf8")) !== holder) await unless("EEXIST", link(aside, path));
  await rm(aside, { force: true });
}

function splitOnce(text: string): [string, string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** @returns false when the operation failed with that code. */
async function unless(code: string, operation: Promise<void>): Promise<boolean> {
  try {
    await operation;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return false;
    throw error;
  }
}
