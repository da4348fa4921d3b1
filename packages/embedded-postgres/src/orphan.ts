import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOf, stopProcess } from "./running-process.js";

const pidFileName = "postmaster.pid";

/**
 * Stops a PostgreSQL that outlived the server that started it. A process number that belongs to somebody else by now is
 * forgotten instead, as PostgreSQL would wait for that process forever; processes that still use the files are found by
 * PostgreSQL itself, through their shared memory.
 */
export async function stopOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const pid = Number((await readPidFile(cluster))[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const command = await commandOf(pid);
  if (command.includes(cluster)) {
    log(`stopping PostgreSQL ${pid}, which an earlier server left behind`);
    await stopProcess(pid);
  } else if (command !== "") {
    await rm(join(cluster, pidFileName), { force: true });
  }
}

/** The lines of `postmaster.pid`; none when there is no such file. */
export async function readPidFile(cluster: string): Promise<string[]> {
  try {
    return (await readFile(join(cluster, pidFileName), "utf8")).split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
