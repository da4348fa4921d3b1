import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import pg from "pg";
import { kindOf, parseAddress, type Address } from "./address-kind.js";
import type { Destination } from "./outbound-rules.js";
import type { ResolveHost } from "./resolve-host.js";

/** Millrace's own API and database: no setting allows callers to reach them. */
export interface OwnAddresses {
  /** Whether one of the addresses of a destination is Millrace's own. */
  include(destination: Destination, addresses: readonly Address[]): Promise<boolean>;
}

export interface OwnAddressesOptions {
  /** Undefined: the embedded database, which has a socket in a private folder only. */
  readonly databaseUrl: string | undefined;
  /** The port of this process's API; undefined while there is none. */
  readonly apiPort: () => number | undefined;
  readonly resolve: ResolveHost;
}

export function createOwnAddresses({ databaseUrl, apiPort, resolve }: OwnAddressesOptions): OwnAddresses {
  const database = databaseUrl === undefined ? undefined : databaseAt(databaseUrl);
  return {
    async include({ host, port }, addresses) {
      if (port === apiPort() && addresses.some(isOfThisMachine)) return true;
      if (database === undefined || port !== database.port) return false;
      if (host === database.host) return true;
      const own = await addressesOf(database.host, resolve);
      return addresses.some(
        (address) =>
          own.some((one) => one.toString() === address.toString()) ||
          (isOfThisMachine(address) && own.some(isOfThisMachine)),
      );
    },
  };
}

/** As `pg` parses it; undefined for a Unix socket, which callers cannot address. */
function databaseAt(url: string): Destination | undefined {
  const { host, port } = new pg.Client({ connectionString: url });
  return host.startsWith("/") ? undefined : { host: host.toLowerCase(), port };
}

/** Empty if the name cannot be resolved now: the connection is checked again once it is open. */
async function addressesOf(host: string, resolve: ResolveHost): Promise<Address[]> {
  if (isIP(host) !== 0) return [parseAddress(host)];
  const found = await resolve(host).catch(() => []);
  return found.map(({ address }) => parseAddress(address));
}

function isOfThisMachine(address: Address): boolean {
  if (kindOf(address) === "loopback" || address.range() === "unspecified") return true;
  const text = address.toString();
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => parseAddress(entry.address).toString() === text),
  );
}
