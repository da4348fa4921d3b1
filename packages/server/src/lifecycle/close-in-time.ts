import type { Log } from "../telemetry/log.js";

/** A part of a server to be stopped. */
export interface Closer {
  readonly name: string;
  readonly close: () => Promise<unknown>;
}

/** Some parts of the server did not stop in time and may still be running: the process must be terminated. */
export class CloseTimeoutError extends Error {
  override readonly name = "CloseTimeoutError";
}

// After the time limit, each remaining part gets one last call, so that an embedded database still stops cleanly.
const lastWordMs = 1_000;

/**
 * Stops parts in reverse order, skipping those that hang: an unresponsive database or store must not keep the process alive.
 *
 * @throws CloseTimeoutError naming the parts that did not stop within `limitMs` in total.
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
