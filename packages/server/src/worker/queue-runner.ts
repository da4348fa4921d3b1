import { setTimeout as delay } from "node:timers/promises";
import type { Runner } from "graphile-worker";
import type { Log } from "../telemetry/log.js";

const pauseBeforeRestartMs = 1_000;

/**
 * Restarts the queue's runner whenever it gives up because its database was away for too long.
 *
 * @throws if the first start fails; later starts are retried until they succeed.
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
