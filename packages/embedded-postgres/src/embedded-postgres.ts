import { followPostmaster } from "./adopted-postmaster.js";
import { completeBinaries, findInstalledBinaries } from "./binaries.js";
import { clusterPath } from "./cluster-path.js";
import { ensureCluster } from "./cluster.js";
import { holdDataDirectory } from "./data-directory.js";
import { findReadyOrphan, readPidFile, stopOrphan } from "./orphan.js";
import { ensurePassword, readPassword } from "./password.js";
import { findProcessUser } from "./process-user.js";
import { makeSocketDirectory, removeSocketDirectory } from "./socket-directory.js";
import { supervise, type Supervisor } from "./supervisor.js";

/** A PostgreSQL that runs, and is started again whenever it dies, until it is stopped. */
export interface EmbeddedPostgres {
  /** For a superuser, over the socket, with the password: a secret. The same at every restart. */
  readonly connectionString: string;
  /** Closes its connections, stops it cleanly and unlocks the data directory. Safe to call twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Where its files live; kept between starts. */
  readonly dataDirectory: string;
  /** Gets each line that PostgreSQL logs, and what is done about it. */
  readonly log: (line: string) => void;
  /** Gives up starting, leaving no process behind. */
  readonly signal?: AbortSignal;
  /** Called when PostgreSQL has been launched and takes its time: this process has nothing to do for it until it answers. */
  readonly onLaunch?: () => void;
}

/**
 * Starts a real PostgreSQL as a child of this process, reachable only through a socket in a private folder, with a
 * password.
 *
 * It is kept between starts, recovers from any kind of death, is started again when it dies, and never outlives this
 * process by more than the next start.
 *
 * @throws EmbeddedPostgresError
 */
export function startEmbeddedPostgres({
  dataDirectory: directory,
  log,
  signal,
  onLaunch,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return holdDataDirectory(directory, signal, async (dataDirectory, unlock) => {
    const installed = findInstalledBinaries();
    const user = await findProcessUser(dataDirectory, installed);
    const native = await completeBinaries(installed, dataDirectory, user);
    const cluster = await ensureCluster(dataDirectory, native, user, signal);
    await stopOrphan(cluster, log);
    const password = await ensurePassword({ cluster, native, user, signal });
    const socketDirectory = await makeSocketDirectory(cluster, user);
    const supervisor = await supervise({ native, cluster, socketDirectory, user, log, signal, onLaunch });
    return describeRunning(supervisor, connectionStringOf(socketDirectory, password), socketDirectory, unlock);
  });
}

/**
 * Takes over a PostgreSQL that outlived the process that started it, without interrupting it or its connections. From
 * then on it is kept running as if it had been started here, but until it is started again its log lines are lost and this
 * process's death does not end it.
 *
 * @returns undefined when none is running and ready: then start one.
 * @throws EmbeddedPostgresError `in_use` when the process that started it is still there.
 */
export async function adoptEmbeddedPostgres({
  dataDirectory: directory,
  log,
  signal,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres | undefined> {
  if ((await readPidFile(clusterPath(directory))).length === 0) return undefined;
  return holdDataDirectory(directory, signal, async (dataDirectory, unlock) => {
    const cluster = clusterPath(dataDirectory);
    const orphan = await findReadyOrphan(cluster);
    const password = await readPassword(cluster);
    // One without a password is of an older version, and gets one at a start only.
    if (orphan === undefined || password === undefined) {
      await unlock();
      return undefined;
    }
    const { pid, socketDirectory } = orphan;
    const installed = findInstalledBinaries();
    const user = await findProcessUser(dataDirectory, installed);
    const native = await completeBinaries(installed, dataDirectory, user);
    log(`taking over PostgreSQL ${pid}, which an earlier server left running`);
    const postmaster = await followPostmaster(pid);
    const supervisor = await supervise({ native, cluster, socketDirectory, user, log, signal }, postmaster);
    return describeRunning(supervisor, connectionStringOf(socketDirectory, password), socketDirectory, unlock);
  });
}

function describeRunning(
  supervisor: Supervisor,
  connectionString: string,
  socketDirectory: string,
  unlock: () => Promise<void>,
): EmbeddedPostgres {
  const stop = async () => {
    await supervisor.stop();
    await removeSocketDirectory(socketDirectory);
    await unlock();
  };
  let stopped: Promise<void> | undefined;
  return {
    connectionString,
    stop: () => (stopped ??= stop()),
  };
}

/** How the socket in that folder is reached. */
export function connectionStringOf(socketDirectory: string, password: string): string {
  return `postgresql:///postgres?user=millrace&password=${password}&host=${encodeURIComponent(socketDirectory)}`;
}
