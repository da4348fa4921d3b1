import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";

// After a kill, the old processes may hold their shared memory for a moment.
export const quickAttempts = 25;
export const quickDelayMs = 200;

/** Retries briefly while resources of a killed PostgreSQL are still in use. */
export async function tryWithPatience<Value>(
  start: () => Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await start();
    } catch (error) {
      const mayPass = error instanceof EmbeddedPostgresError && /shared memory|lock file/.test(error.message);
      if (!mayPass || attempt === quickAttempts) throw error;
      await pause(quickDelayMs, signal);
    }
  }
}

/** Ends early, without an error, when the signal is raised. */
export async function pause(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(durationMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
