import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { access, chmod, chown, constants, lstat, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findBinaries } from "./binaries.js";
import { ensureCluster } from "./cluster.js";
import { lockDataDirectory } from "./data-directory-lock.js";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { startPostmaster, stopOrphan, stopProcess, type PostmasterOptions } from "./postmaster.js";
import { findProcessUser, type ProcessUser } from "./process-user.js";

export { EmbeddedPostgresError } from "./embedded-postgres-error.js";

export interface EmbeddedPostgres {
  readonly connectionString: string;
  /** Stops it in good order. Safe to call twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Where its files live; kept between starts. */
  readonly dataDirectory: string;
  readonly log: (line: string) => void;
  /** Gives up starting, leaving no process behind. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a real PostgreSQL as a child of this process, reachable through a socket in a private folder only.
 *
 * It is kept between starts, recovers from any kind of death, is started again when it dies, and never outlives this
 * process by more than the next start.
 *
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedPostgres({
  dataDirectory: directory,
  log,
  signal,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDirectory = resolve(directory);
  await makeWritable(dataDirectory);
  const unlock = await lockDataDirectory(dataDirectory);
  try {
    const native = await findBinaries(dataDirectory);
    const user = await findProcessUser([native, dataDirectory]);
    const cluster = await ensureCluster(dataDirectory, native, user, signal);
    await stopOrphan(cluster, log);
    const socketDirectory = await makeSocketDirectory(cluster, user);
    const supervisor = await supervise({ native, cluster, socketDirectory, user, log, signal });
    return {
      connectionString: `postgresql:///postgres?user=millrace&host=${encodeURIComponent(socketDirectory)}`,
      async stop() {
        await supervisor.stop();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

// After a kill, the old processes may hold their shared memory for a moment.
const restartAttempts = 25;
const restartDelayMs = 200;

async function supervise(options: PostmasterOptions): Promise<{ stop(): Promise<void> }> {
  let isStopping = false;
  let restarting: Promise<void> | undefined;
  let child: ChildProcess;

  const watch = () => {
    child.once("exit", (code, signal) => {
      if (isStopping) return;
      options.log(`PostgreSQL ended (${signal ?? code}); starting it again`);
      restarting = restart();
    });
  };
  const restart = async () => {
    for (let attempt = 1; !isStopping; attempt += 1) {
      try {
        child = await startPostmaster({ ...options, signal: undefined });
        watch();
        return;
      } catch (error) {
        options.log(error instanceof Error ? error.message : String(error));
        if (attempt === restartAttempts) return;
        await delay(restartDelayMs);
      }
    }
  };

  child = await startWithPatience(options);
  watch();
  return {
    async stop() {
      isStopping = true;
      await restarting;
      await stopProcess(child.pid ?? 0);
    },
  };
}

async function startWithPatience(options: PostmasterOptions): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startPostmaster(options);
    } catch (error) {
      const mayPass = error instanceof EmbeddedPostgresError && /shared memory|lock file/.test(error.message);
      if (!mayPass || attempt === restartAttempts) throw error;
      await delay(restartDelayMs);
    }
  }
}

async function makeWritable(dataDirectory: string): Promise<void> {
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o755 });
    await access(dataDirectory, constants.W_OK);
  } catch (error) {
    const { code = "unknown fault" } = error as NodeJS.ErrnoException;
    throw new EmbeddedPostgresError(
      "not_writable",
      `The data directory ${dataDirectory} cannot be written (${code}): choose one that you may write to with --data.`,
      { cause: error },
    );
  }
}

/** A socket's path has a limit of 107 bytes, so it is not below the data directory, whose path may be longer. */
async function makeSocketDirectory(cluster: string, user: ProcessUser | undefined): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const directory = join(
    tmpdir(),
    `millrace-${uid}-${createHash("sha256").update(cluster).digest("hex").slice(0, 12)}`,
  );
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await lstat(directory);
  if (!found.isDirectory() || ![uid, user?.uid].includes(found.uid)) {
    throw new EmbeddedPostgresError(
      "not_writable",
      `${directory} belongs to somebody else: remove it, or set TMPDIR to a folder of your own.`,
    );
  }
  await chmod(directory, 0o700);
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  return directory;
}
