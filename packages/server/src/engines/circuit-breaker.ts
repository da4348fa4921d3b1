import { FailureError } from "../errors/failure.js";

/** A version cannot be loaded. Its inputs fail with this message without being run. */
export class EngineUnavailableError extends FailureError {
  override readonly name = "EngineUnavailableError";

  constructor(message: string) {
    super("engine.unavailable", message);
  }
}

/** Decides when to retry an engine that failed to load or crashed. */
export interface CircuitBreaker {
  /** @throws EngineUnavailableError while the version is out of service. */
  check(): void;
  /**
   * Records a failed load.
   *
   * @returns how long to wait before the next attempt, in ms.
   * @throws EngineUnavailableError after too many consecutive failures: the version is out of service for a while.
   */
  failed(reason: string): number;
  succeeded(): void;
  /** Records that an engine crashed, running or idle. */
  crashed(reason: string): void;
  /** Records that an engine completed a batch. */
  ran(): void;
  /** Delay before a crashed engine is replaced, in ms; grows with consecutive crashes. */
  pauseAfterCrashMs(): number;
  /** Why the version cannot be loaded or its engines crash, and since when. Cleared by the next success. */
  fault(): { readonly reason: string; readonly since: Date } | undefined;
}

export interface CircuitBreakerOptions {
  /** Names the version in messages. */
  readonly model: string;
  readonly clock?: () => number;
  /** Delay after the first failure, doubled with each further one; 250 ms. */
  readonly firstPauseMs?: number;
  /** Longest delay after crashes, 2 s; the first is a twentieth of it. The version stays in service, so every input is tried. */
  readonly longestCrashPauseMs?: number;
  /** Consecutive failures that take the version out of service; 3. */
  readonly limit?: number;
  /** How long it stays out of service the first time; doubles with each failed attempt, up to ten times as long; 30 s. */
  readonly restMs?: number;
}

export function createCircuitBreaker({
  model,
  clock = Date.now,
  firstPauseMs = 250,
  limit = 3,
  restMs = 30_000,
  longestCrashPauseMs = 2_000,
}: CircuitBreakerOptions): CircuitBreaker {
  let failures = 0;
  let since = 0;
  let restsUntil = 0;
  let reason = "";
  let crashes = 0;
  let crashReason = "";

  const unavailable = () =>
    new EngineUnavailableError(
      `${model} is out of service until ${new Date(restsUntil).toISOString()}: it failed to load ${failures} times in a row. ${reason}`,
    );

  return {
    check() {
      if (clock() < restsUntil) throw unavailable();
    },
    failed(why) {
      reason = why;
      failures += 1;
      if (failures === 1) since = clock();
      if (failures < limit) return firstPauseMs * 2 ** (failures - 1);
      restsUntil = clock() + Math.min(restMs * 2 ** (failures - limit), restMs * 10);
      throw unavailable();
    },
    succeeded() {
      failures = 0;
      restsUntil = 0;
    },
    crashed(why) {
      crashes += 1;
      crashReason = why;
      if (crashes === 1 && failures === 0) since = clock();
    },
    ran() {
      crashes = 0;
    },
    // A single crash: replace the engine immediately.
    pauseAfterCrashMs: () =>
      crashes < 2 ? 0 : Math.min(longestCrashPauseMs, (longestCrashPauseMs / 20) * 2 ** (crashes - 2)),
    fault() {
      if (failures > 0) return { reason, since: new Date(since) };
      if (crashes < limit) return undefined;
      return { reason: `Its engines died ${crashes} times in a row. ${crashReason}`, since: new Date(since) };
    },
  };
}
