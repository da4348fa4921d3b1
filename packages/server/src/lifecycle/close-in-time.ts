import type { Log } from "../telemetry/log.js";

/** A part of a server that is to be stopped. */
export interface Closer {
  readonly name: string;
  readonly close: () => Promise<unknown>;
}

/** Some parts of the server did not stop in time and may be running still: the process is to be ended. */
export class CloseTimeoutError extends Error {
  override readonly name = "CloseTimeoutError";
}

// Each part that is left when the time is over gets a final call, so that an embedded database still stops cleanly.
const lastWordMs = 1_000;

/**
 * Stops parts one after another, the last first, and continues without those that hang: a database or a store that does not answer
 * must not keep a process alive.
 *
 * @throws CloseTimeoutError naming the parts that did not stop within `limitMs` together.
 */
export async function closeInTime(closers: Closer[], limitMs: number, log: Log): Promise<void> {
  const until = performance.now() + limitMs;
  const hanging: string[] = [];
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    const waitMs = Math.max(lastWordMs, until - performance.now());
    const hangs = Symbol("hangs");
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise((resolve) => (timer = setTimeout(resolve, waitMs, hangs)));
    const { name, close } = closer;
    const closing = Promise.resolve().then(close);
    const warn = (error: unknown) => log.warn({ err: error }, `stopping ${name} failed`);
    try {
      if ((await Promise.race([closing, limit])) === hangs) {
        hanging.push(name);
        closing.catch(warn);
      }
    } catch (error) {
      warn(error);
    } finally {
      clearTimeout(timer);
    }
  }
  if (hanging.length === 0) return;
  const message = `Not stopped in time: ${hanging.join(", ")}. The process exits anyway; another worker picks up its unfinished work.`;
  log.error(message);
  throw new CloseTimeoutError(message);
}
