import { isIP } from "node:net";
import { Agent, Pool, type Dispatcher } from "undici";
import { kindOf, parseAddress, type Address, type AddressKind } from "./address-kind.js";
import { notAllowed } from "./address-not-allowed.js";
import type { ResolveAllowed } from "./guarded-socket.js";
import { createHttpConnector } from "./http-connector.js";
import { allowDestination, destinationOf, normalHost, parseOutboundRules, type Destination } from "./outbound-rules.js";
import { createOwnAddresses } from "./own-addresses.js";
import { hasProxy, openProxiedHttp, type Proxies } from "./proxied-http.js";
import { resolveHost, type ResolveHost } from "./resolve-host.js";

/** Which addresses callers may make this server connect to. */
export interface Outbound {
  /**
   * Resolves a host and checks every address. Connect to one of these without resolving the name again.
   *
   * @throws AddressNotAllowedError when one of them is not allowed; the resolver's error when there are none.
   */
  readonly resolve: ResolveAllowed;
  /**
   * How undici sends requests: directly to checked addresses, within 10 s, or by the operator's proxies.
   *
   * @param origin the only server that is asked, which makes it faster.
   */
  openHttp(options: Agent.Options, origin?: string): Dispatcher;
  /**
   * Checks without a lookup: only a host that is an IP address.
   *
   * @param field where the caller gave it, such as "input.endpoint".
   * @throws AddressNotAllowedError
   */
  check(field: string, destination: Destination): void;
}

export interface OutboundOptions {
  /** `MILLRACE_OUTBOUND`: the non-public addresses that are allowed. */
  readonly allowed: string;
  /** URLs that the operator chose; their hosts and ports are allowed. */
  readonly endpoints?: readonly (string | undefined)[];
  /** Millrace's own database, unless it is embedded. */
  readonly databaseUrl?: string | undefined;
  /** The port of this process's API; undefined while there is none. */
  readonly apiPort?: () => number | undefined;
  /** The operator's HTTP proxies; none by default. */
  readonly proxies?: Proxies;
  /** Default: the operating system's resolver. */
  readonly resolve?: ResolveHost;
}

const connectTimeoutMs = 10_000;

/** @throws ConfigurationError for rules that are not valid. */
export function createOutbound({
  allowed,
  endpoints = [],
  databaseUrl,
  apiPort = () => undefined,
  proxies,
  resolve = resolveHost,
}: OutboundOptions): Outbound {
  const rules = [
    ...parseOutboundRules(allowed),
    ...endpoints.flatMap((endpoint) => (endpoint === undefined ? [] : [allowDestination(destinationOf(endpoint))])),
  ];
  const own = createOwnAddresses({ databaseUrl, apiPort, resolve });

  /** The kind of an address that is not allowed. */
  const deniedKind = (destination: Destination, address: Address): AddressKind | undefined => {
    const kind = kindOf(address);
    return kind === "public" || rules.some((allows) => allows(destination, address)) ? undefined : kind;
  };

  const resolveAllowed: ResolveAllowed = async (givenHost, port) => {
    const destination = { host: normalHost(givenHost), port };
    const { host } = destination;
    const family = isIP(host);
    const found = family === 0 ? await resolve(host) : [{ address: host, family }];
    if (found.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" });
    const addresses = found.map(({ address }) => parseAddress(address));
    const how = { field: undefined, isName: family === 0 };
    for (const address of addresses) {
      const kind = deniedKind(destination, address);
      if (kind !== undefined) throw notAllowed(destination, kind, how);
    }
    if (await own.include(destination, addresses)) throw notAllowed(destination, "own", how);
    return found;
  };

  const connect = createHttpConnector(resolveAllowed, connectTimeoutMs);
  return {
    resolve: resolveAllowed,
    openHttp(options, origin) {
      const guarded = { connect, ...options };
      if (proxies !== undefined && hasProxy(proxies)) return openProxiedHttp(proxies, resolveAllowed, guarded);
      return origin === undefined ? new Agent(guarded) : new Pool(origin, guarded);
    },
    check(field, { host: givenHost, port }) {
      const destination = { host: normalHost(givenHost), port };
      if (isIP(destination.host) === 0) return;
      const kind = deniedKind(destination, parseAddress(destination.host));
      if (kind !== undefined) throw notAllowed(destination, kind, { field, isName: false });
    },
  };
}
