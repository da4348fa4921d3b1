import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { LRUCache } from "lru-cache";
import { LimitError } from "../errors/limit-error.js";

/** One sign-in attempt. */
export interface SignInAttempt {
  readonly address: string;
  readonly authorization: string;
  /** The public part of the key. */
  readonly prefix: string;
}

/** Throttles callers who guess keys. */
export interface SlowSignIns {
  /**
   * Call it before the key is looked up, and one of the others after.
   *
   * @throws LimitError `limits.sign_in` while the address has to wait.
   */
  begin(attempt: SignInAttempt): void;
  succeed(attempt: SignInAttempt): void;
  fail(attempt: SignInAttempt): void;
  /** For an attempt that ended before the key was checked. */
  abandon(attempt: SignInAttempt): void;
}

// Allows for typos, programs with an old key, and many clients behind one address.
const freeFailures = 20;
// After this many guesses at one key, more than a single address can make in that time, each address gets one free failure with it.
const guessesUntilAttack = 100;
const freeFailuresInAttack = 1;
// Keys that an address may try concurrently.
const maximumAtOnce = 100;
const longestWaitMs = 5 * 60_000;
const memoryMs = 15 * 60_000;
const keysInUseMs = 24 * 60 * 60_000;
// A few MB each; beyond that, the oldest addresses are forgotten.
const maximumRemembered = 10_000;

interface Origin {
  failures: number;
  /** On the clock of `now`. */
  waitsUntil: number;
  /** Keys that are being looked up. */
  readonly trying: Set<string>;
}

/**
 * After 20 failures within 15 minutes an address waits 1 s, then 2, 4 and so on up to 5 minutes; after the second one already when the key
 * it tries was guessed at 100 times from anywhere. What waits is the address, never the key: its owner signs in from any other
 * address, and from this one too with a key that was in use there within a day. All in the memory of this process.
 *
 * @param now milliseconds, for tests.
 */
export function createSlowSignIns(now: () => number = Date.now): SlowSignIns {
  const origins = new LRUCache<string, Origin>({
    max: maximumRemembered,
    ttl: memoryMs,
    perf: { now },
    ttlResolution: 0,
  });
  const guesses = new LRUCache<string, number>({
    max: maximumRemembered,
    ttl: memoryMs,
    perf: { now },
    ttlResolution: 0,
  });
  const inUse = new LRUCache<string, true>({
    max: maximumRemembered,
    ttl: keysInUseMs,
    perf: { now },
    ttlResolution: 0,
  });

  return {
    begin({ address, authorization }) {
      const key = hash(address, authorization);
      if (inUse.has(key)) return;
      const name = networkOf(address);
      const origin = origins.get(name) ?? { failures: 0, waitsUntil: 0, trying: new Set() };
      const atOnce = origin.failures < freeFailures ? maximumAtOnce : 1;
      const waitMs = origin.waitsUntil - now();
      if (waitMs > 0) throw refusal(address, origin, waitMs);
      if (!origin.trying.has(key) && origin.trying.size >= atOnce) throw refusal(address, origin, 1_000);
      origin.trying.add(key);
      if (!origins.has(name)) origins.set(name, origin);
    },
    succeed({ address, authorization }) {
      const key = hash(address, authorization);
      origins.get(networkOf(address))?.trying.delete(key);
      inUse.set(key, true);
    },
    fail({ address, authorization, prefix }) {
      const name = networkOf(address);
      const origin = origins.get(name) ?? { failures: 0, waitsUntil: 0, trying: new Set() };
      const key = hash(address, authorization);
      inUse.delete(key);
      origin.trying.delete(key);
      origin.failures += 1;
      const guessed = (guesses.get(prefix) ?? 0) + 1;
      guesses.set(prefix, guessed);
      const free = guessed > guessesUntilAttack ? freeFailuresInAttack : freeFailures;
      const tooMany = origin.failures - free;
      if (tooMany > 0) origin.waitsUntil = now() + Math.min(longestWaitMs, 1_000 * 2 ** Math.min(tooMany - 1, 20));
      origins.set(name, origin);
    },
    abandon({ address, authorization }) {
      origins.get(networkOf(address))?.trying.delete(hash(address, authorization));
    },
  };
}

function refusal(address: string, { failures }: Origin, waitMs: number): LimitError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new LimitError(
    "limits.sign_in",
    `Too many sign-ins from ${address} failed (${failures} within 15 minutes): check the API key, and try again in ${seconds} s. Keys that are in use at this address keep working.`,
    seconds,
  );
}

/** The network that counts as one client: an IPv6 customer controls at least the last 64 bits. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  return `${[...first, ...zeros, ...last].slice(0, 4).join(":")}::/64`.toLowerCase();
}

/** Hashed, so that no secret stays in memory for a day. */
function hash(address: string, authorization: string): string {
  return createHash("sha256")
    .update(`${networkOf(address)}\n${authorization}`)
    .digest("base64");
}
