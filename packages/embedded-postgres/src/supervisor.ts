import { pause, quickAttempts, quickDelayMs, tryWithPatience } from "./patience.js";
import { endOf, startPostmaster, stopChild, type PostmasterOptions } from "./postmaster.js";

/** A PostgreSQL that takes connections. */
export interface Postmaster {
  /** How it ended, whenever that is. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface Supervisor {
  /** Safe to call twice. */
  stop(): Promise<void>;
}

const slowDelayMs = 5_000;

/**
 * Starts PostgreSQL, and starts it again whenever it ends without being asked to.
 *
 * @param running one that runs already, to begin with.
 */
export async function supervise(options: PostmasterOptions, running?: Postmaster): Promise<Supervisor> {
  const stopping = new AbortController();
  const restartOptions = { ...options, signal: stopping.signal };
  let current: Postmaster | undefined = running ?? (await tryWithPatience(() => startChild(options), options.signal));

  const keepRunning = async () => {
    while (current !== undefined) {
      const end = await current.ended;
      if (stopping.signal.aborted) return;
      options.log(`PostgreSQL exited (${end}); restarting it`);
      current = await restart(restartOptions);
    }
  };
  const kept = keepRunning();

  const stop = async () => {
    stopping.abort();
    await current?.stop();
    await kept;
  };
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= stop()) };
}

/** Retries until it succeeds, because the cause (such as a full disk) may be fixed; undefined if it was stopped. */
async function restart(options: PostmasterOptions & { signal: AbortSignal }): Promise<Postmaster | undefined> {
  for (let attempt = 1; !options.signal.aborted; attempt += 1) {
    try {
      return await startChild(options);
    } catch (error) {
      if (options.signal.aborted) return undefined;
      options.log(error instanceof Error ? error.message : String(error));
      await pause(attempt < quickAttempts ? quickDelayMs : slowDelayMs, options.signal);
    }
  }
  return undefined;
}

async function startChild(options: PostmasterOptions): Promise<Postmaster> {
  const child = await startPostmaster(options);
  return { ended: endOf(child), stop: () => stopChild(child) };
}
