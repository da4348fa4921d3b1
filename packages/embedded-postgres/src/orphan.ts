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
    log(`stopping PostgreSQL ${pid}, which an earlier server left running`);
    await stopProcess(pid);
  } else if (command !== "") {
    await rm(join(cluster, pidFileName), { force: true });
  }
}

/** A PostgreSQL that outlived the server that started it and takes connections. */
export async function findReadyOrphan(cluster: string): Promise<{ pid: number; socketDirectory: string } | undefined> {
  const lines = await readPidFile(cluster);
  const pid = Number(lines[0]);
  const socketDirectory = lines[4] ?? "";
  if (!isReady(lines) || socketDirectory === "" || !(await commandOf(pid)).includes(cluster)) return undefined;
  return { pid, socketDirectory };
}

/** `postmaster.pid` has the process number in its first line, the socket's folder in the fifth, the state in the eighth. */
export function isReady(lines: readonly string[]): boolean {
  return lines[7]?.trim() === "ready";
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
