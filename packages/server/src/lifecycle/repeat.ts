import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../telemetry/log.js";

export interface RepeatOptions {
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** The task, as named in the log when it fails: "ending jobs that timed out". */
  readonly doing: string;
}

/** Calls `work` repeatedly until aborted; a failure is logged, and the next call is the retry. */
export async function repeat(
  { intervalMs, signal, log, doing }: RepeatOptions,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, `${doing} failed; retrying`);
    }
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}
