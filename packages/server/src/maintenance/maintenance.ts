import type { Pool } from "pg";
import { analyzeGrownTables } from "./analyze-grown-tables.js";
import { endTimedOutJobs } from "../jobs/end-job.js";
import { heartbeatIntervalMs, unlockDeadWorkers } from "../queue/unlock-dead-workers.js";
import { deleteOldData } from "./retention.js";
import type { JobChanges } from "../jobs/job-changes.js";
import type { BlobStore } from "../storage/blob-store.js";
import type { Log } from "../telemetry/log.js";
import { repeat } from "../lifecycle/repeat.js";

export interface MaintenanceParts {
  readonly pool: Pool;
  readonly changes: JobChanges;
  readonly blobs: BlobStore;
  readonly log: Log;
  /** Hours after a job ends until its results are deleted, unless the submission says otherwise; 0 keeps them. */
  readonly hoursDeleteResults: number;
  /** Days to keep audit log entries. */
  readonly auditDays: number;
  /** How long a worker without a heartbeat may hold a task's lock. */
  readonly leaseMs: number;
}

// How soon expired data is deleted.
const retentionIntervalMs = 10_000;
// How soon grown tables are analyzed.
const statisticsIntervalMs = 5_000;
// How soon a job ends after its time limit.
const timeOutIntervalMs = 1_000;

/**
 * Maintains all jobs: ends those whose time is up, releases the tasks of dead workers, deletes expired data. Every process does it,
 * including APIs, as no worker may be running; doing it concurrently is harmless.
 *
 * @returns a function that stops it.
 */
export function startMaintenance(parts: MaintenanceParts): () => Promise<void> {
  const { pool, log, leaseMs } = parts;
  const ended = new AbortController();
  const { signal } = ended;
  const loops = [
    repeat({ intervalMs: timeOutIntervalMs, signal, log, doing: "ending jobs that timed out" }, () =>
      endTimedOutJobs(parts),
    ),
    repeat(
      { intervalMs: heartbeatIntervalMs(leaseMs), signal, log, doing: "freeing the chunks of dead workers" },
      async () => {
        const freed = await unlockDeadWorkers(pool, leaseMs);
        if (freed.length > 0) log.warn({ workers: freed.length }, "released the chunks of dead workers");
      },
    ),
    repeat({ intervalMs: retentionIntervalMs, signal, log, doing: "deleting old data" }, () =>
      deleteOldData(parts, signal),
    ),
    repeat({ intervalMs: statisticsIntervalMs, signal, log, doing: "analyzing tables" }, async () => {
      const tables = await analyzeGrownTables(pool);
      if (tables.length > 0) log.debug({ tables }, "analyzed tables that have grown");
    }),
  ];
  return async () => {
    ended.abort(new Error("The server is stopping."));
    await Promise.all(loops);
  };
}
