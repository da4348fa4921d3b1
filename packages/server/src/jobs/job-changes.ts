import type { Pool } from "pg";
import type { Log } from "../telemetry/log.js";
import { listenForNotifications } from "./notifications.js";

/** Tells all processes at once which jobs have changed. Best effort: who must know for sure looks now and then, too. */
export interface JobChanges {
  /** To be called after the change is committed. */
  note(jobId: number): void;
  /** @returns what ends it. */
  listen(listener: JobChangeListener): () => void;
  /** Whether changes that other processes note are heard at present. */
  isHeard(): boolean;
  close(): Promise<void>;
}

/** @param jobIds null when any job may have changed. */
export type JobChangeListener = (jobIds: readonly number[] | null) => void;

const channel = "millrace_jobs";
// A notification holds 8,000 bytes at most: of ids, each 16 at most and a comma.
const idsPerNotification = 400;

/**
 * Notes changes in this process at once, and in others by notifications of the database. What is noted while one is being sent shares the
 * next. They are sent outside of the transactions that change jobs: PostgreSQL commits those that notify one at a time.
 *
 * @param listening a pool of which one connection is kept; without it nothing is heard from other processes.
 */
export function createJobChanges({
  pool,
  listening,
  log,
}: {
  pool: Pool;
  listening?: Pool | undefined;
  log: Log;
}): JobChanges {
  const listeners = new Set<JobChangeListener>();
  const tell: JobChangeListener = (jobIds) => listeners.forEach((listener) => listener(jobIds));
  const notifications =
    listening &&
    listenForNotifications({
      pool: listening,
      channel,
      log,
      onNotification: (payload) => tell(payload.split(",").map(Number)),
      onHeard: () => tell(null),
    });
  const noted = new Set<number>();
  let sending: Promise<void> | undefined;
  const send = async () => {
    // Of one turn of the event loop, all share one.
    await Promise.resolve();
    while (noted.size > 0) {
      const ids = [...noted].slice(0, idsPerNotification);
      for (const id of ids) noted.delete(id);
      await pool
        .query("SELECT pg_notify($1, $2)", [channel, ids.join(",")])
        .catch((error: unknown) => log.debug({ err: error }, "could not notify other processes of changed jobs"));
    }
    sending = undefined;
  };

  return {
    note(jobId) {
      tell([jobId]);
      noted.add(jobId);
      sending ??= send();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isHeard: () => notifications?.isHeard() ?? false,
    async close() {
      await sending;
      await notifications?.close();
    },
  };
}
