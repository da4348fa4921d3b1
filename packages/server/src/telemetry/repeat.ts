import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "./log.js";

/** Calls `work` again and again until aborted; a failure is logged and tried again at the next turn. */
export async function repeat(
  intervalMs: number,
  signal: AbortSignal,
  log: Log,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error }, "the database did not answer; trying again");
    }
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}
