import { access, constants, mkdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { completeBinaries, findInstalledBinaries } from "./binaries.js";
import { ensureCluster } from "./cluster.js";
import { lockDataDirectory } from "./data-directory-lock.js";
import { describeFileFault, EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { stopOrphan } from "./orphan.js";
import { findProcessUser } from "./process-user.js";
import { makeSocketDirectory, removeSocketDirectory } from "./socket-directory.js";
import { supervise } from "./supervisor.js";

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
  let dataDirectory = resolve(directory);
  if (process.platform === "win32") {
    throw new EmbeddedPostgresError(
      "no_binaries",
      "The embedded PostgreSQL runs on Linux and macOS only: set DATABASE_URL to a PostgreSQL of your own.",
    );
  }
  try {
    signal?.throwIfAborted();
    await mkdir(dataDirectory, { recursive: true, mode: 0o755 });
    await access(dataDirectory, constants.W_OK);
    // One name for one directory, whatever links lead to it: the name tells whether a process is its PostgreSQL.
    dataDirectory = await realpath(dataDirectory);
    const unlock = await lockDataDirectory(dataDirectory);
    try {
      return await startLocked(dataDirectory, unlock, log, signal);
    } catch (error) {
      await unlock();
      throw error;
    }
  } catch (error) {
    throw describeFileFault(error, dataDirectory);
  }
}

async function startLocked(
  dataDirectory: string,
  unlock: () => Promise<void>,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<EmbeddedPostgres> {
  const installed = findInstalledBinaries();
  const user = await findProcessUser(dataDirectory, installed);
  const native = await completeBinaries(installed, dataDirectory, user);
  const cluster = await ensureCluster(dataDirectory, native, user, signal);
  await stopOrphan(cluster, log);
  const socketDirectory = await makeSocketDirectory(cluster, user);
  const supervisor = await supervise({ native, cluster, socketDirectory, user, log, signal });
  const stop = async () => {
    await supervisor.stop();
    await removeSocketDirectory(socketDirectory);
    await unlock();
  };
  let stopped: Promise<void> | undefined;
  return {
    connectionString: connectionStringOf(socketDirectory),
    stop: () => (stopped ??= stop()),
  };
}

/** How the socket in that folder is reached. */
export function connectionStringOf(socketDirectory: string): string {
  return `postgresql:///postgres?user=millrace&host=${encodeURIComponent(socketDirectory)}`;
}
