import { setTimeout as delay } from "node:timers/promises";
import { startTimeOf, stopProcess } from "./running-process.js";
import type { Postmaster } from "./supervisor.js";

// Only a parent hears of an end; connections fail at once in any case.
const lookIntervalMs = 500;

/** A PostgreSQL that is not a child of this process. */
export async function followPostmaster(pid: number): Promise<Postmaster> {
  const startTime = await startTimeOf(pid);
  const stopped = new AbortController();
  const isThere = async () => startTime !== "" && (await startTimeOf(pid)) === startTime;
  const watch = async () => {
    try {
      while (await isThere()) await delay(lookIntervalMs, undefined, { signal: stopped.signal });
    } catch (error) {
      // Stopped on request: there is nothing left to watch.
      if (!stopped.signal.aborted) throw error;
    }
    return "unknown reason";
  };
  return {
    ended: watch(),
    async stop() {
      if (await isThere()) await stopProcess(pid);
      stopped.abort();
    },
  };
}
