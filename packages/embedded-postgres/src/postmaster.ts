import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { isReady, readPidFile } from "./orphan.js";
import type { ProcessUser } from "./process-user.js";
import { stopProcess } from "./running-process.js";
import { spawnAs } from "./spawn-as.js";

export interface PostmasterOptions {
  readonly native: string;
  readonly cluster: string;
  readonly socketDirectory: string;
  readonly user: ProcessUser | undefined;
  readonly log: (line: string) => void;
  /** Gives up starting, leaving no process behind. */
  readonly signal?: AbortSignal | undefined;
  /** Called whenever it has been launched. */
  readonly onLaunch?: (() => void) | undefined;
}

// A database that was killed replays up to max_wal_size of its log before it answers; slow disks need minutes for that.
const readyTimeoutMs = 10 * 60_000;
const readyPollMs = 10;
const maximumLogLines = 50;

/** Starts PostgreSQL and waits until it answers. */
export async function startPostmaster(options: PostmasterOptions): Promise<ChildProcess> {
  const { cluster, log, signal } = options;
  const parameters = ["-D", cluster, ...settingsOf(options).flatMap((setting) => ["-c", setting])];
  const child = spawnAs(options.user, join(options.native, "bin", "postgres"), parameters);
  options.onLaunch?.();
  let spawnFault: Error | undefined;
  child.once("error", (error) => (spawnFault = error));
  const lastLines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLines.push(line);
    if (lastLines.length > maximumLogLines) lastLines.shift();
    log(line);
  });
  const closed = new Promise((resolve) => child.once("close", resolve).once("error", resolve));

  const endMs = Date.now() + readyTimeoutMs;
  while (!(await isRunning(cluster, child.pid))) {
    if (signal?.aborted) {
      await stopChild(child);
      throw signal.reason;
    }
    const isLate = Date.now() > endMs;
    if (isLate) await stopChild(child);
    if (isLate || spawnFault !== undefined || hasEnded(child)) {
      await closed;
      const reason = isLate ? "it did not become ready" : reasonIn(lastLines, spawnFault);
      throw new EmbeddedPostgresError(
        "did_not_start",
        `The embedded PostgreSQL in ${cluster} did not start (${reason}). Fix the cause, or set DATABASE_URL.`,
        { cause: spawnFault },
      );
    }
    await delay(readyPollMs);
  }
  return child;
}

/** A fast shutdown, then harder ones; nothing when it has ended already. */
export async function stopChild(child: ChildProcess): Promise<void> {
  // The number of an ended child may belong to somebody else by now.
  if (child.pid !== undefined && !hasEnded(child)) await stopProcess(child.pid);
}

/** How a child ended, whenever that is: the name of the signal, or the exit code. */
export async function endOf(child: ChildProcess): Promise<string> {
  if (!hasEnded(child)) await once(child, "exit");
  return child.signalCode ?? `exit code ${child.exitCode}`;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function settingsOf({ socketDirectory }: PostmasterOptions): string[] {
  return [
    "listen_addresses=",
    "port=5432",
    `unix_socket_directories="${socketDirectory}"`,
    "unix_socket_permissions=0700",
    "shared_buffers=128MB",
    "max_connections=100",
    "max_wal_size=1GB",
    "log_checkpoints=off",
    "timezone=UTC",
  ];
}

function reasonIn(lines: readonly string[], spawnFault: Error | undefined): string {
  const fatal = lines.findLast((line) => /(?:FATAL|PANIC): /.test(line));
  return fatal?.replace(/^.*(?:FATAL|PANIC): */, "") ?? spawnFault?.message ?? lines.at(-1) ?? "it exited immediately";
}

async function isRunning(cluster: string, pid: number | undefined): Promise<boolean> {
  const lines = await readPidFile(cluster);
  return pid !== undefined && lines[0] === String(pid) && isReady(lines);
}
