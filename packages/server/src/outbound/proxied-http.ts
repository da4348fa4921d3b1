import { setTimeout as pause } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { EnvHttpProxyAgent, type Agent, type Dispatcher } from "undici";
import { AddressNotAllowedError } from "./address-not-allowed.js";
import type { ResolveAllowed } from "./guarded-socket.js";
import { destinationOf } from "./outbound-rules.js";

/** The operator's HTTP proxies, as URLs; an empty text is none. */
export interface Proxies {
  readonly http: string;
  readonly https: string;
  /** Hosts that are connected to directly, comma-separated. */
  readonly no: string;
}

// Behind a proxy, names of the internet may be unknown to this machine, and its resolver silent.
const lookupLimitMs = 5_000;
const rememberedMs = 60_000;

/** Whether there is a proxy at all. */
export function hasProxy({ http, https }: Proxies): boolean {
  return http !== "" || https !== "";
}

/**
 * A dispatcher that goes by the operator's proxies, but for the hosts in `no`.
 *
 * The proxy resolves names and connects, so the address that it reaches cannot be checked here. What can be is: addresses in the
 * URL, and what a name resolves to on this machine, if it does. Hosts in `no` are connected to by `options.connect`.
 */
export function openProxiedHttp(proxies: Proxies, resolve: ResolveAllowed, options: Agent.Options): Dispatcher {
  const agent = new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.no,
    // Most proxies allow CONNECT to port 443 only.
    proxyTunnel: false,
  });
  const checked = new LRUCache<string, Promise<void>>({ max: 1_000, ttl: rememberedMs });
  const check = (origin: string): Promise<void> => {
    const known = checked.get(origin) ?? checkOrigin(origin, resolve);
    checked.set(origin, known);
    return known;
  };
  return agent.compose((dispatch) => (request, handler) => {
    check(String(request.origin)).then(
      () => dispatch(request, handler),
      (error: Error) => handler.onResponseError?.(undefined as never, error),
    );
    return true;
  });
}

/** @throws AddressNotAllowedError */
async function checkOrigin(origin: string, resolve: ResolveAllowed): Promise<void> {
  const { host, port } = destinationOf(origin);
  const giveUp = new AbortController();
  const silence = pause(lookupLimitMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
  try {
    await Promise.race([resolve(host, port), silence]);
  } catch (error) {
    if (error instanceof AddressNotAllowedError) throw error;
  } finally {
    giveUp.abort();
  }
}
