import { onAbort } from "./on-abort.js";

/** Limits concurrency per kind, first come, first served. */
export interface Turns {
  /**
   * Waits for a turn.
   *
   * @returns a function that ends the turn.
   * @throws the signal's reason if aborted before.
   */
  enter(kind: string, maximum: number, signal: AbortSignal): Promise<() => void>;
}

export function createTurns(): Turns {
  const kinds = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  return {
    async enter(kind, maximum, signal) {
      signal.throwIfAborted();
      const found = kinds.get(kind) ?? { running: 0, waiting: [] };
      kinds.set(kind, found);
      const leave = () => {
        const next = found.waiting.shift();
        if (next !== undefined) return next();
        found.running -= 1;
        if (found.running === 0) kinds.delete(kind);
      };
      if (found.running < maximum) found.running += 1;
      else
        await new Promise<void>((resolve, reject) => {
          const forgetSignal = onAbort(signal, (reason) => {
            found.waiting.splice(found.waiting.indexOf(go), 1);
            reject(reason as Error);
          });
          const go = () => {
            forgetSignal();
            resolve();
          };
          found.waiting.push(go);
        });
      return leave;
    },
  };
}
