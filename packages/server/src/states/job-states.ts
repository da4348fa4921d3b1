import { isTerminal, jobStatuses, type JobStatus } from "@millrace/contract";

// This folder is below `queue/`, `jobs/` and `results/`: all three change statuses and import them from here.

/** A legal status transition of a job. */
export interface JobTransition {
  readonly from: readonly JobStatus[];
  readonly to: JobStatus;
}

/** The initial status of a job: open for uploads, or submitted with its inputs. */
export const newJobStatus = { open: "OPEN", submitted: "SUBMITTED" } as const satisfies Record<string, JobStatus>;

/**
 * Every legal status transition of a job. Each statement that changes a status takes `from` and `to` from here;
 * `docs/architecture.md` draws the table.
 */
export const jobTransitions = {
  /** The caller closes an open job. */
  close: { from: ["OPEN"], to: "SUBMITTED" },
  /** A worker claims the first chunk. */
  start: { from: ["SUBMITTED"], to: "IN_PROGRESS" },
  /** Nothing could be listed, so there is nothing to run. */
  failListing: { from: ["SUBMITTED"], to: "COMPLETED" },
  /** The last input succeeded or failed. */
  finish: { from: ["IN_PROGRESS"], to: "COMPLETED" },
  /** More inputs failed than the job's `errorThreshold` allows. */
  stop: { from: ["IN_PROGRESS"], to: "CANCELED" },
  cancel: { from: ["OPEN", "SUBMITTED", "IN_PROGRESS"], to: "CANCELED" },
  timeOut: { from: ["SUBMITTED", "IN_PROGRESS"], to: "TIMEDOUT" },
  retry: { from: ["COMPLETED", "CANCELED", "TIMEDOUT"], to: "SUBMITTED" },
} as const satisfies Record<string, JobTransition>;

/** Whether a job in this status may make a transition; false for an unknown status. */
export function allows({ from }: JobTransition, status: string): boolean {
  return (from as readonly string[]).includes(status);
}

/** Statuses in which a job's inputs may run. */
export const runnableStatuses: readonly JobStatus[] = jobTransitions.timeOut.from;

/** Statuses of a job that was closed and not ended by force: closing it again has no effect. */
export const closedStatuses: readonly JobStatus[] = [
  jobTransitions.close.to,
  jobTransitions.start.to,
  jobTransitions.finish.to,
];

/** Status groups by the names used in the history filter; null stands for every status. */
export const statusGroups: ReadonlyMap<string, readonly JobStatus[] | null> = new Map([
  ["ALL", null],
  ["PENDING", jobStatuses.filter((status) => !isTerminal(status))],
  ["TERMINATED", jobStatuses.filter(isTerminal)],
]);
