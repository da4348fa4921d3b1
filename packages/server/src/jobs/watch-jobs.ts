import type { JobStatus } from "@millrace/contract";
import type { Pool } from "pg";
import type { Log } from "../telemetry/log.js";

/** The progress of a job. */
export interface JobSnapshot {
  readonly status: JobStatus;
  readonly paused: boolean;
  readonly statusReason: string | null;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  /** Inputs finished so far, counted again after a retry; never decreases. */
  readonly eventCount: number;
  readonly hasEnded: boolean;
}

/** Polls all followed jobs with a single query and notifies their listeners. */
export interface JobWatch {
  /** Yields a job's current state, then every change; ends with the job, or when aborted. */
  changes(jobId: number, signal: AbortSignal): AsyncGenerator<JobSnapshot>;
  /** Ends every `changes`. */
  close(): void;
}

interface Watcher {
  readonly jobId: number;
  latest: JobSnapshot | undefined;
  wake: () => void;
}

// Poll interval for watched jobs; there are no queries while none is watched.
const lookIntervalMs = 200;

export function createJobWatch({ pool, log }: { pool: Pool; log: Log }): JobWatch {
  const watchers = new Set<Watcher>();
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async () => {
    try {
      const jobs = await readSnapshots(pool, [...new Set([...watchers].map((watcher) => watcher.jobId))]);
      for (const watcher of watchers) {
        watcher.latest = jobs.get(watcher.jobId) ?? watcher.latest;
        watcher.wake();
      }
    } catch (error) {
      log.warn({ err: error }, "could not read the followed jobs; retrying");
    }
    timer = watchers.size === 0 || isClosed ? undefined : setTimeout(() => void look(), lookIntervalMs);
  };

  return {
    async *changes(jobId, signal) {
      const watcher: Watcher = { jobId, latest: undefined, wake: () => undefined };
      const onAbort = () => watcher.wake();
      signal.addEventListener("abort", onAbort);
      watchers.add(watcher);
      timer ??= setTimeout(() => void look(), 0);
      let shown = "";
      try {
        for (;;) {
          await new Promise<void>((resolve) => {
            watcher.wake = resolve;
            if (signal.aborted || isClosed) resolve();
          });
          if (signal.aborted || isClosed) return;
          const snapshot = watcher.latest;
          if (snapshot === undefined || JSON.stringify(snapshot) === shown) continue;
          shown = JSON.stringify(snapshot);
          yield snapshot;
          if (snapshot.hasEnded) return;
        }
      } finally {
        watchers.delete(watcher);
        signal.removeEventListener("abort", onAbort);
      }
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.wake();
    },
  };
}

async function readSnapshots(pool: Pool, jobIds: readonly number[]): Promise<Map<number, JobSnapshot>> {
  const { rows } = await pool.query<JobSnapshot & { id: number }>(
    `SELECT id, status, paused_at IS NOT NULL AND ended_at IS NULL AS paused, status_reason AS "statusReason", total, completed,
       failed, event_count AS "eventCount", ended_at IS NOT NULL AS "hasEnded"
     FROM millrace.jobs WHERE id = ANY ($1)`,
    [jobIds],
  );
  return new Map(rows.map(({ id, ...snapshot }) => [id, snapshot]));
}
