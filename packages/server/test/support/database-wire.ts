import type { NetConnectOpts } from "node:net";
import { startProxy, type Proxy } from "./proxy.js";

/** A way to a database that can be cut or silent. */
export interface DatabaseWire extends Proxy {
  /** Reaches the database through the wire. */
  readonly connectionString: string;
}

/** Where the database of a connection string listens: a socket in a directory, as the embedded one's, or a port. */
export function socketOf(connectionString: string): NetConnectOpts {
  const address = new URL(connectionString);
  const directory = address.searchParams.get("host");
  const port = address.searchParams.get("port") ?? (address.port || "5432");
  return directory === null
    ? { host: address.hostname, port: Number(port) }
    : { path: `${directory}/.s.PGSQL.${port}` };
}

/** @param connectionString of a database behind a socket in a directory, as the embedded one's, or behind a port. */
export async function startDatabaseWire(connectionString: string): Promise<DatabaseWire> {
  const address = new URL(connectionString);
  const wire = await startProxy(socketOf(connectionString));
  const user = address.username || (address.searchParams.get("user") ?? "postgres");
  const password = address.password || address.searchParams.get("password");
  const secret = password === null ? "" : `:${password}`;
  return { ...wire, connectionString: `postgres://${user}${secret}@127.0.0.1:${wire.port}${address.pathname}` };
}
