/** A version cannot be loaded; its inputs fail with this sentence and nothing is run. */
export class EngineUnavailableError extends Error {
  override readonly name = "EngineUnavailableError";
}

/** Decides when an engine that could not be loaded is tried again. */
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
  /** Why the version could not be loaded, and since when, from the first failure to the next success. */
  fault(): { readonly reason: string; readonly since: Date } | undefined;
}

export interface CircuitBreakerOptions {
  /** Names the version in sentences. */
  readonly model: string;
  readonly clock?: () => number;
  /** Pause after the first failure, doubled with each; 250 ms. */
  readonly firstPauseMs?: number;
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
}: CircuitBreakerOptions): CircuitBreaker {
  let failures = 0;
  let since = 0;
  let restsUntil = 0;
  let reason = "";

  const unavailable = () =>
    new EngineUnavailableError(
      `${model} is out of service until ${new Date(restsUntil).toISOString()}: it could not be loaded ${failures} times in a row. ${reason}`,
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
    fault: () => (failures === 0 ? undefined : { reason, since: new Date(since) }),
  };
}
