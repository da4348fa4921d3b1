import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Pool } from "pg";
import type { Caller } from "../accounts/caller.js";
import { LimitError } from "../errors/limit-error.js";
import { repeat } from "../lifecycle/repeat.js";
import type { Log } from "../telemetry/log.js";
import { limitScopes, type LimitScope } from "./limit-scopes.js";
import { networkOf } from "./slow-sign-ins.js";

/** How many requests are allowed. */
export interface Rate {
  readonly requestsPerSecond: number;
  /** Requests beyond that within 10 seconds. */
  readonly burst: number;
}

/** Rate-limits requests, counted in the memory of this process. */
export interface RequestRates {
  /** @throws LimitError `limits.rate`. */
  admitCaller(caller: Caller): Promise<void>;
  /**
   * For requests without a key.
   *
   * @throws LimitError `limits.rate`.
   */
  admitAddress(address: string): Promise<void>;
  close(): Promise<void>;
}

/** For every key: several times what one process serves on two cores, so that it stops only runaway clients. */
export const defaultKeyRate: Rate = { requestsPerSecond: 5_000, burst: 50_000 };
/** For every address, for requests without a key: health checks, documentation, mistakes. */
export const defaultAddressRate: Rate = { requestsPerSecond: 100, burst: 1_000 };

const burstSeconds = 10;
/** How soon a process sees a limit set through another. */
const readIntervalMs = 2_000;

export function createRequestRates(pool: Pool, log: Log): RequestRates {
  const addresses = createLimiter(defaultAddressRate);
  const keys = createLimiter(defaultKeyRate);
  // Limiters of subjects with their own rates, by scope and identifier.
  const own = new Map<string, Limiter>();
  const ended = new AbortController();
  const reading = repeat(
    { intervalMs: readIntervalMs, signal: ended.signal, log, doing: "reading the rate limits" },
    async () => {
      const rates = await readRates(pool);
      for (const name of own.keys()) if (!rates.has(name)) own.delete(name);
      for (const [name, rate] of rates) {
        const { requestsPerSecond, burst } = own.get(name)?.rate ?? {};
        if (requestsPerSecond !== rate.requestsPerSecond || burst !== rate.burst) own.set(name, createLimiter(rate));
      }
    },
  );
  return {
    async admitCaller(caller) {
      const identifiers = { key: caller.accessKey, team: caller.teamIdentifier, account: caller.accountIdentifier };
      for (const scope of limitScopes) {
        const identifier = identifiers[scope];
        const limiter = own.get(nameOf(scope, identifier)) ?? (scope === "key" ? keys : undefined);
        if (limiter !== undefined) await admit(limiter, identifier, `${scopeNames[scope]} ${identifier}`);
      }
    },
    admitAddress: (address) => admit(addresses, networkOf(address), `address ${address} without an API key`),
    async close() {
      ended.abort(new Error("The server is stopping."));
      await reading;
    },
  };
}

const scopeNames: Readonly<Record<LimitScope, string>> = { key: "API key", team: "team", account: "account" };

interface Limiter {
  readonly rate: Rate;
  readonly counter: BurstyRateLimiter;
}

function createLimiter(rate: Rate): Limiter {
  const second = new RateLimiterMemory({ keyPrefix: "second", points: rate.requestsPerSecond, duration: 1 });
  const burst = new RateLimiterMemory({ keyPrefix: "burst", points: rate.burst, duration: burstSeconds });
  return { rate, counter: new BurstyRateLimiter(second, burst) };
}

async function admit({ rate, counter }: Limiter, key: string, whose: string): Promise<void> {
  try {
    await counter.consume(key, 1);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
    throw new LimitError(
      "limits.rate",
      `Too many requests from the ${whose}: the limit is ${rate.requestsPerSecond} per second, plus ${rate.burst} more per ${burstSeconds} s. Try again in ${seconds} s.`,
      seconds,
    );
  }
}

async function readRates(pool: Pool): Promise<Map<string, Rate>> {
  const { rows } = await pool.query<{
    scope: LimitScope;
    identifier: string;
    requests_per_second: number;
    burst: number;
  }>(
    `SELECT scope, identifier, requests_per_second, coalesce(burst, requests_per_second) AS burst
     FROM millrace.limits WHERE requests_per_second IS NOT NULL`,
  );
  return new Map(
    rows.map((row) => [
      nameOf(row.scope, row.identifier),
      { requestsPerSecond: row.requests_per_second, burst: row.burst },
    ]),
  );
}

function nameOf(scope: LimitScope, identifier: string): string {
  return `${scope} ${identifier}`;
}
