import Type, { type Static } from "typebox";

/** Status of a job. Only these six values are ever sent: a published client waits forever on any other. */
export const jobStatuses = ["OPEN", "SUBMITTED", "IN_PROGRESS", "COMPLETED", "CANCELED", "TIMEDOUT"] as const;
export const JobStatus = Type.Enum(jobStatuses);
export type JobStatus = Static<typeof JobStatus>;

const terminal = new Map<string, boolean>(
  Object.entries({
    OPEN: false,
    SUBMITTED: false,
    IN_PROGRESS: false,
    COMPLETED: true,
    CANCELED: true,
    TIMEDOUT: true,
  } satisfies Record<JobStatus, boolean>),
);

/**
 * True if a job in this status no longer changes unless it is retried.
 *
 * @throws RangeError for an unknown status: false would mean that the job continues.
 */
export function isTerminal(status: JobStatus): boolean {
  const known = terminal.get(status);
  if (known === undefined) throw new RangeError(`Unknown job status: ${JSON.stringify(status)}.`);
  return known;
}

/** Where one input of a job stands; the first two are seen only while the job runs. */
export const inputStatuses = ["FETCHING_DATA", "PROCESSING", "SUCCESSFUL", "FAILED"] as const;
export const InputStatus = Type.Enum(inputStatuses);
export type InputStatus = Static<typeof InputStatus>;
