import type { Engine, ModelManifest } from "@millrace/runners";
import { onAbort } from "../lifecycle/on-abort.js";
import type { CircuitBreaker } from "./circuit-breaker.js";

/** The engines of one revision of a model version. */
export interface VersionEngines {
  readonly manifest: ModelManifest;
  readonly idle: IdleEngine[];
  readonly waiting: { give: (engine: Engine | undefined) => void }[];
  readonly breaker: CircuitBreaker;
  /** Number of engines loaded or loading. */
  count: number;
  minimum: number;
}

/** An idle engine. */
export interface IdleEngine {
  readonly engine: Engine;
  readonly timer: NodeJS.Timeout;
  readonly sinceMs: number;
}

/**
 * Waits for an engine. Resolves to undefined when the caller may start one instead.
 *
 * @throws the signal's reason when aborted.
 */
export function waitForEngine(engines: VersionEngines, signal: AbortSignal): Promise<Engine | undefined> {
  return new Promise((resolve, reject) => {
    const entry = {
      give: (engine: Engine | undefined) => {
        forgetSignal();
        resolve(engine);
      },
    };
    const forgetSignal = onAbort(signal, (reason) => {
      engines.waiting.splice(engines.waiting.indexOf(entry), 1);
      reject(reason as Error);
    });
    engines.waiting.push(entry);
  });
}
