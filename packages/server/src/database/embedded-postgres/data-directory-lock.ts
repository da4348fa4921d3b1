import { constants } from "node:fs";
import { open, readFile, rm, writeFile } from "node:fs/promises";
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
  const mine = `${process.pid} ${await startTimeOf(process.pid)}`;
  for (;;) {
    if (await createExclusively(path, mine)) return () => rm(path, { force: true });
    const holder = (await readFile(path, "utf8").catch(() => "")).trim();
    const [pid = "", ...startTime] = holder.split(" ");
    if (holder !== "" && (await startTimeOf(Number(pid))) === startTime.join(" ")) {
      throw new EmbeddedPostgresError(
        "in_use",
        `The data directory ${dataDirectory} is in use by process ${pid}: stop that server first, or choose another directory with --data.`,
      );
    }
    await rm(path, { force: true });
  }
}

async function createExclusively(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
    try {
      await writeFile(file, `${text}\n`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
