import { join } from "node:path";

/** Where PostgreSQL's files are in a data directory. */
export function clusterPath(dataDirectory: string): string {
  return join(dataDirectory, "database", "cluster");
}
