import { FailureError } from "../errors/failure.js";

/** A version cannot be loaded; its inputs fail with this sentence and nothing is run. */
export class EngineUnavailableError extends FailureError {
  override readonly name = "EngineUnavailableError";

  constructor(message: string) {
    super("engine.unavailable", message);
  }
}

/** Decides when an engine that could not be loaded, or died, is tried again. */
export interface CircuitBreaker {
  /** @throws EngineUnavailableError while the version is out of service. */
  check(): void;
  /**
   * A load has failed.
   *
   * @returns how long to pause before the next try, in ms.
   * @throws EngineUnavailableError when it has failed too often in a row: the version is out of service for a while.
   */
  failed(reason: string): number;
  succeeded(): void;
  /** An engine died while it ran or idled. */
  crashed(reason: string): void;
  /** An engine has run a batch. */
  ran(): void;
  /** How long to pause before an engine is loaded in the place of one that died, in ms: the longer, the more died in a row. */
  pauseAfterCrashMs(): number;
  /** Why the version cannot be loaded or its engines die, and since when, from the first failure to the next success. */
  fault(): { readonly reason: string; readonly since: Date } | undefined;
}

export interface CircuitBreakerOptions {
  /** Names the version in sentences. */
  readonly model: string;
  readonly clock?: () => number;
  /** Pause after the first failure, doubled with each; 250 ms. */
  readonly firstPauseMs?: number;
  /** The longest pause after engines that died, which starts at a twentieth of it; 2 s. Their version stays in service: each input is to have its chance. */
  readonly longestCrashPauseMs?: number;
  /** Failures in a row that put the version out of service; 3. */
  readonly limit?: number;
  /** How long it is out of service the first time, doubled with each failed try up to ten times as long; 30 s. */
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
    // One that died alone is replaced at once.
    pauseAfterCrashMs: () =>
      crashes < 2 ? 0 : Math.min(longestCrashPauseMs, (longestCrashPauseMs / 20) * 2 ** (crashes - 2)),
    fault() {
      if (failures > 0) return { reason, since: new Date(since) };
      if (crashes < limit) return undefined;
      return { reason: `Its engines died ${crashes} times in a row. ${crashReason}`, since: new Date(since) };
    },
  };
}
