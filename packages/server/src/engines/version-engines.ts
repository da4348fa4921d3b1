import type { Engine, ModelManifest } from "@millrace/runners";
import type { CircuitBreaker } from "./circuit-breaker.js";

/** The engines of one revision of a model version. */
export interface VersionEngines {
  readonly manifest: ModelManifest;
  readonly idle: IdleEngine[];
  readonly waiting: { give: (engine: Engine | undefined) => void }[];
  readonly breaker: CircuitBreaker;
  /** Of those that are loaded or being loaded. */
  count: number;
  minimum: number;
}

/** An engine without work. */
export interface IdleEngine {
  readonly engine: Engine;
  readonly timer: NodeJS.Timeout;
  readonly sinceMs: number;
}

/**
 * Resolves to an engine that was handed over, or to undefined when one may be started instead.
 *
 * @throws the signal's reason when aborted.
 */
export function waitForEngine(engines: VersionEngines, signal: AbortSignal): Promise<Engine | undefined> {
  return new Promise((resolve, reject) => {
    const entry = {
      give: (engine: Engine | undefined) => {
        signal.removeEventListener("abort", abort);
        resolve(engine);
      },
    };
    const abort = () => {
      engines.waiting.splice(engines.waiting.indexOf(entry), 1);
      reject(signal.reason as Error);
    };
    engines.waiting.push(entry);
    signal.addEventListener("abort", abort, { once: true });
  });
}
