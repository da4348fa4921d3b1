import { isTerminal, jobStatuses, type JobStatus } from "@millrace/contract";

// This room is below `queue/`, `jobs/` and `results/`, which all change statuses, so that each takes them from here.

/** A legal change of a job's status. */
export interface JobTransition {
  readonly from: readonly JobStatus[];
  readonly to: JobStatus;
}

/** The status a new job has: open for uploads, or submitted with its inputs. */
export const newJobStatus = { open: "OPEN", submitted: "SUBMITTED" } as const satisfies Record<string, JobStatus>;

/**
 * Every change of a job's status that is legal. Each statement that changes a status takes `from` and `to` from here;
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

/** Whether a job in this status may take a transition; false for a status that is not known. */
export function allows({ from }: JobTransition, status: string): boolean {
  return (from as readonly string[]).includes(status);
}

/** The statuses of a job whose inputs may be worked on. */
export const runnableStatuses: readonly JobStatus[] = jobTransitions.timeOut.from;

/** The statuses of a job that was closed and not ended by force: closing it again changes nothing. */
export const closedStatuses: readonly JobStatus[] = [
  jobTransitions.close.to,
  jobTransitions.start.to,
  jobTransitions.finish.to,
];

/** Statuses as the history's filter names them; null stands for every status. */
export const statusGroups: ReadonlyMap<string, readonly JobStatus[] | null> = new Map([
  ["ALL", null],
  ["PENDING", jobStatuses.filter((status) => !isTerminal(status))],
  ["TERMINATED", jobStatuses.filter(isTerminal)],
]);
