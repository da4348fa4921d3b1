import type { Pool } from "pg";
import { isDatabaseOutage } from "../database/outage.js";
import { describeFullDisk } from "../errors/full-disk.js";
import { MillraceError } from "../errors/millrace-error.js";
import { checkQueue } from "../queue/check-queue.js";

// Orchestrators' probes time out after seconds, and many arrive at once.
const limitMs = 2_000;
const keptMs = 1_000;

/**
 * Creates a check of what every request needs: the database and the queue. It takes at most 2 s; callers within 1 s share its outcome.
 *
 * @returns a function that throws MillraceError `unavailable`, naming the part that failed.
 */
export function createHealthCheck(pool: Pool): () => Promise<void> {
  return shared(keptMs, () => inTime(limitMs, check(pool)));
}

async function check(pool: Pool): Promise<void> {
  await named("The database", pool.query("SELECT FROM millrace.migrations LIMIT 1"));
  await named("The queue", checkQueue(pool));
}

async function named(what: string, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    const { code } = error as { code?: unknown };
    const reason = typeof code === "string" ? ` (${code})` : "";
    throw new MillraceError(
      "unavailable",
      describeFullDisk(error) ??
        (isDatabaseOutage(error)
          ? "The database does not respond. Try again in a few seconds."
          : `${what} failed${reason}: see the database's log.`),
      { cause: error },
    );
  }
}

/** Rejects if `work` takes longer; its later outcome is ignored. */
async function inTime(limit: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new MillraceError("unavailable", `The database did not respond within ${limit / 1_000} seconds.`)),
      limit,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Reported already, as a time-out.
    work.catch(() => undefined);
  }
}

/** Runs `work` once for all callers while it runs and for a while after. */
export function shared(keepMs: number, work: () => Promise<void>): () => Promise<void> {
  let latest: Promise<void> | undefined;
  return () => {
    if (latest !== undefined) return latest;
    const forget = () => setTimeout(() => (latest = undefined), keepMs).unref();
    latest = work();
    latest.then(forget, forget);
    return latest;
  };
}
