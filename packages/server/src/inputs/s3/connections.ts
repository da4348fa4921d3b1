import { LRUCache } from "lru-cache";
import type { Dispatcher } from "undici";
import { createHttpConnector } from "../../outbound/http-connector.js";
import type { Outbound } from "../../outbound/outbound.js";

export interface ConnectionSettings {
  /** Which addresses may be connected to. */
  readonly outbound: Outbound;
  readonly connectTimeoutMs: number;
  /** From the request to the end of the response's headers. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of a body. */
  readonly bodyIdleTimeoutMs: number;
  readonly connectionsPerOrigin: number;
}

/** Keep-alive connections, one pool for each server. */
export interface Connections {
  poolOf(origin: string): Dispatcher;
  /** Ends every connection; downloads that still run are rejected. */
  close(): Promise<void>;
}

/** Amazon has a host per bucket: idle pools beyond this number are closed, the least recently used first. */
const maximumPools = 256;

export function createConnections(settings: ConnectionSettings): Connections {
  const connect = createHttpConnector(settings.outbound.resolve, settings.connectTimeoutMs);
  /** Closed pools that are finishing their downloads. */
  const retired = new Set<Dispatcher>();
  const pools = new LRUCache<string, Dispatcher>({
    max: maximumPools,
    dispose: (pool, _origin, reason) => {
      if (reason !== "evict") return;
      const forget = () => retired.delete(pool);
      retired.add(pool);
      // Rejects only when close() below ends the pool first.
      void pool.close().then(forget, forget);
    },
  });

  return {
    poolOf(origin) {
      const known = pools.get(origin);
      if (known !== undefined) return known;
      const pool = settings.outbound.openHttp(
        {
          connections: settings.connectionsPerOrigin,
          connect,
          headersTimeout: settings.headersTimeoutMs,
          bodyTimeout: settings.bodyIdleTimeoutMs,
        },
        origin,
      );
      pools.set(origin, pool);
      return pool;
    },
    async close() {
      const open = [...pools.values(), ...retired];
      pools.clear();
      await Promise.all(open.map((pool) => pool.destroy()));
    },
  };
}
