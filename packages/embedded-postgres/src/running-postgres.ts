import { realpath } from "node:fs/promises";
import { clusterPath } from "./cluster-path.js";
import { connectionStringOf } from "./embedded-postgres.js";
import { findReadyOrphan } from "./orphan.js";
import { readPassword } from "./password.js";

/**
 * How to connect to the PostgreSQL that another process runs on this data directory. It ends with that process.
 *
 * @returns undefined when none is ready.
 */
export async function findRunningPostgres(dataDirectory: string): Promise<string | undefined> {
  const cluster = clusterPath(await realpath(dataDirectory));
  const running = await findReadyOrphan(cluster);
  const password = await readPassword(cluster);
  return running && password && connectionStringOf(running.socketDirectory, password);
}
