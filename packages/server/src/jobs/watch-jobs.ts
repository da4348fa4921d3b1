import type { JobStatus } from "@millrace/contract";
import type { Pool } from "pg";
import type { Log } from "../telemetry/log.js";
import type { JobChanges } from "./job-changes.js";

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

/** Reads jobs that are followed when they change, all with one query, and tells their followers. */
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

// Between the starts of two looks: jobs that change all the time cost a quarter of a connection at most.
const pauseOf = (lookMs: number) => Math.min(20, 4 * lookMs);
// All followed jobs are looked at this often: where changes are told, only in case that one was missed.
const lookIntervalMs = { told: 2_000, untold: 200 };

export function createJobWatch({ pool, changes: told, log }: { pool: Pool; changes: JobChanges; log: Log }): JobWatch {
  const watchers = new Map<number, Set<Watcher>>();
  const changed = new Set<number>();
  let isClosed = false;
  let isLooking = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let pauseMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const noteAll = () => {
    for (const jobId of watchers.keys()) changed.add(jobId);
  };
  const plan = () => {
    clearTimeout(timer);
    if (isClosed || isLooking || watchers.size === 0) return;
    const interval = changed.size > 0 ? pauseMs : told.isHeard() ? lookIntervalMs.told : lookIntervalMs.untold;
    timer = setTimeout(() => void look(), lookedAt + interval - performance.now());
  };
  const look = async () => {
    if (changed.size === 0) noteAll();
    const jobIds = [...changed];
    changed.clear();
    isLooking = true;
    lookedAt = performance.now();
    try {
      for (const [jobId, snapshot] of await readSnapshots(pool, jobIds))
        for (const watcher of watchers.get(jobId) ?? []) {
          watcher.latest = snapshot;
          watcher.wake();
        }
    } catch (error) {
      log.warn({ err: error }, "could not read the followed jobs; retrying");
    }
    pauseMs = pauseOf(performance.now() - lookedAt);
    isLooking = false;
    plan();
  };
  const stopListening = told.listen((jobIds) => {
    if (jobIds === null) noteAll();
    else for (const jobId of jobIds) if (watchers.has(jobId)) changed.add(jobId);
    if (changed.size > 0) plan();
  });

  return {
    async *changes(jobId, signal) {
      const watcher: Watcher = { jobId, latest: undefined, wake: () => undefined };
      const onAbort = () => watcher.wake();
      signal.addEventListener("abort", onAbort);
      const ofJob = watchers.get(jobId) ?? new Set();
      watchers.set(jobId, ofJob.add(watcher));
      changed.add(jobId);
      plan();
      let shown = "";
      try {
        while (!signal.aborted && !isClosed) {
          const snapshot = watcher.latest;
          if (snapshot === undefined || JSON.stringify(snapshot) === shown) {
            await new Promise<void>((resolve) => (watcher.wake = resolve));
            continue;
          }
          shown = JSON.stringify(snapshot);
          yield snapshot;
          if (snapshot.hasEnded) return;
        }
      } finally {
        ofJob.delete(watcher);
        if (ofJob.size === 0) watchers.delete(jobId);
        signal.removeEventListener("abort", onAbort);
      }
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      stopListening();
      for (const ofJob of watchers.values()) for (const watcher of ofJob) watcher.wake();
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
