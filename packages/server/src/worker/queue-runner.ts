import { setTimeout as delay } from "node:timers/promises";
import type { Runner } from "graphile-worker";
import type { Log } from "../telemetry/log.js";

const pauseBeforeRestartMs = 1_000;

/**
 * Keeps the queue's runner going: it gives itself up when it loses its database for too long, and is then restarted.
 *
 * @throws what the first start throws; later ones are tried again until they succeed.
 */
export async function keepQueueRunning(start: () => Promise<Runner>, log: Log): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  let runner: Runner | undefined = await start();
  const supervise = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        runner ??= await start();
        await runner.promise;
      } catch (error) {
        if (!stopping.signal.aborted) log.warn({ err: error }, "the queue runner stopped; restarting it");
      }
      if (stopping.signal.aborted) return;
      runner = undefined;
      await delay(pauseBeforeRestartMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const supervised = supervise();
  return {
    async stop() {
      stopping.abort();
      // A runner that has just given up is already stopped, and throws.
      await runner?.stop().catch((error: unknown) => log.debug({ err: error }, "the queue runner had stopped"));
      await supervised;
    },
  };
}
