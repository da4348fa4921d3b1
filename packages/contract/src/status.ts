import Type, { type Static } from "typebox";

/** Where a job stands. Exactly these six values are ever sent: a published client waits for ever on any other. */
export const jobStatuses = ["OPEN", "SUBMITTED", "IN_PROGRESS", "COMPLETED", "CANCELED", "TIMEDOUT"] as const;
export const JobStatus = Type.Enum(jobStatuses);
export type JobStatus = Static<typeof JobStatus>;

const terminalJobStatuses: ReadonlySet<string> = new Set(["COMPLETED", "CANCELED", "TIMEDOUT"] satisfies JobStatus[]);

/** True when a job in this status will not change any more. */
export function isTerminal(status: JobStatus): boolean {
  return terminalJobStatuses.has(status);
}

/** Where one input of a job stands; the first two are seen only while the job runs. */
export const inputStatuses = ["FETCHING_DATA", "PROCESSING", "SUCCESSFUL", "FAILED"] as const;
export const InputStatus = Type.Enum(inputStatuses);
export type InputStatus = Static<typeof InputStatus>;
