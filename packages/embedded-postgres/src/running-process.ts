import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** When a process started, in whatever unit the system counts; the empty string when there is no such process. */
export async function startTimeOf(pid: number): Promise<string> {
  if (!Number.isInteger(pid) || pid <= 0) return "";
  if (process.platform !== "linux") return ask(["-o", "lstart=", "-p", String(pid)]);
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in brackets and may hold anything, so count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

/** The command line of a process; the empty string when there is no such process. */
export async function commandOf(pid: number): Promise<string> {
  if (process.platform !== "linux") return ask(["-o", "command=", "-p", String(pid)]);
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

const stopTimeoutMs = 10_000;

/** A fast shutdown of PostgreSQL, then an immediate one, then a kill; none loses what was committed. */
export async function stopProcess(pid: number): Promise<void> {
  const startTime = await startTimeOf(pid);
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    // The number may belong to somebody else by now.
    if (startTime === "" || (await startTimeOf(pid)) !== startTime) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
      throw error;
    }
    if (await waitUntilGone(pid, stopTimeoutMs)) return;
  }
}

/** Waits until a process is gone. @returns false when it is still there after `timeoutMs`. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while ((await startTimeOf(pid)) !== "") {
    if (Date.now() > end) return false;
    await delay(20);
  }
  return true;
}

async function ask(arguments_: string[]): Promise<string> {
  try {
    return (await run("ps", arguments_)).stdout.trim();
  } catch {
    return "";
  }
}
