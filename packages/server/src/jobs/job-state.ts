import type { JobStatus } from "@millrace/contract";

/** Every change of a job's status that is legal; SQL that changes a status takes its sources from here. */
export const jobTransitions = {
  submit: { from: ["OPEN"], to: "SUBMITTED" },
  start: { from: ["SUBMITTED"], to: "IN_PROGRESS" },
  complete: { from: ["SUBMITTED", "IN_PROGRESS"], to: "COMPLETED" },
  cancel: { from: ["OPEN", "SUBMITTED", "IN_PROGRESS"], to: "CANCELED" },
  stop: { from: ["IN_PROGRESS"], to: "CANCELED" },
  timeOut: { from: ["SUBMITTED", "IN_PROGRESS"], to: "TIMEDOUT" },
  retry: { from: ["COMPLETED", "CANCELED", "TIMEDOUT"], to: "SUBMITTED" },
} as const satisfies Record<string, { readonly from: readonly JobStatus[]; readonly to: JobStatus }>;

/** The statuses of a job whose inputs may be worked on. */
export const runnableStatuses: readonly JobStatus[] = jobTransitions.complete.from;

/** Statuses as the history's filter names them: groups, or one exact status. */
export const statusGroups: Readonly<Record<string, readonly JobStatus[] | null>> = {
  ALL: null,
  PENDING: ["OPEN", "SUBMITTED", "IN_PROGRESS"],
  TERMINATED: ["COMPLETED", "CANCELED", "TIMEDOUT"],
};
