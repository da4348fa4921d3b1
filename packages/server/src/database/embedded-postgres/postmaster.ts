import { spawn, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { commandAs, spawnUser, type ProcessUser } from "./process-user.js";
import { commandOf, startTimeOf, waitUntilGone } from "./running-process.js";

export interface PostmasterOptions {
  readonly native: string;
  readonly cluster: string;
  readonly socketDirectory: string;
  readonly user: ProcessUser | undefined;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

// A database that was killed replays its log before it answers.
const readyTimeoutMs = 60_000;
const fastStopMs = 10_000;

/** Starts PostgreSQL and waits until it answers. */
export async function startPostmaster(options: PostmasterOptions): Promise<ChildProcess> {
  const { native, cluster, socketDirectory, user, log, signal } = options;
  const settings = {
    listen_addresses: "",
    unix_socket_directories: socketDirectory,
    unix_socket_permissions: "0700",
    shared_buffers: "128MB",
    max_connections: "100",
    max_wal_size: "1GB",
    log_checkpoints: "off",
    timezone: "UTC",
  };
  const { program, parameters } = commandAs(user, {
    program: join(native, "bin", "postgres"),
    parameters: ["-D", cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
  });
  const child = spawn(program, parameters, {
    ...spawnUser(user),
    // A session of its own: Ctrl-C in the terminal is for us, and we stop it in good order.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
  });
  let lastLines = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastLines = (lastLines + text).slice(-4_000);
    for (const line of text.trimEnd().split("\n")) log(line);
  });
  let exited = false;
  child.once("exit", () => (exited = true)).once("error", () => (exited = true));
  const end = Date.now() + readyTimeoutMs;
  while (!(await isReady(cluster, child.pid))) {
    if (exited || Date.now() > end) {
      const reason =
        /(?:FATAL|PANIC): *(.*)/.exec(lastLines)?.[1] ??
        (exited ? "it ended at once" : `it was not ready after ${readyTimeoutMs / 1000} s`);
      child.kill("SIGKILL");
      throw new EmbeddedPostgresError(
        "did_not_start",
        `The embedded PostgreSQL did not start (${reason}): its files are in ${cluster}.`,
      );
    }
    if (signal?.aborted) {
      await stopProcess(child.pid ?? 0);
      throw signal.reason;
    }
    await delay(10);
  }
  return child;
}

/** `postmaster.pid` has the process number in its first line and its state in the eighth. */
async function isReady(cluster: string, pid: number | undefined): Promise<boolean> {
  const lines = await readPidFile(cluster);
  return lines[0] === String(pid) && lines[7]?.trim() === "ready";
}

/** Stops a PostgreSQL that outlived the server that started it. */
export async function stopOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const pid = Number((await readPidFile(cluster))[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  // The number may belong to somebody else by now.
  if (!(await commandOf(pid)).includes(cluster)) return;
  log(`stopping PostgreSQL ${pid}, which an earlier server left behind`);
  await stopProcess(pid);
}

/** A fast shutdown, and an immediate one when that takes too long; both lose nothing that was committed. */
export async function stopProcess(pid: number): Promise<void> {
  for (const [signal, timeoutMs] of [
    ["SIGINT", fastStopMs],
    ["SIGQUIT", fastStopMs],
    ["SIGKILL", fastStopMs],
  ] as const) {
    if ((await startTimeOf(pid)) === "") return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
      throw error;
    }
    if (await waitUntilGone(pid, timeoutMs)) return;
  }
}

async function readPidFile(cluster: string): Promise<string[]> {
  try {
    return (await readFile(join(cluster, "postmaster.pid"), "utf8")).split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
