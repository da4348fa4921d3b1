import type { JobStatus } from "./contract.js";
import { MillraceError } from "./errors.js";

/** What a status means when waiting; the compiler requires an entry for every new status. */
const phases = new Map(
  Object.entries({
    OPEN: "open",
    SUBMITTED: "running",
    IN_PROGRESS: "running",
    COMPLETED: "ended",
    CANCELED: "ended",
    TIMEDOUT: "ended",
  } satisfies Record<JobStatus, "open" | "running" | "ended">),
);

/**
 * @internal Reads a job's status.
 *
 * @param subject begins the sentence of the error: whose status it is.
 * @throws MillraceError for a status that is not known, or is missing: waiting on it could last forever.
 */
export function parseJobStatus(status: unknown, subject: string): JobStatus {
  if (typeof status === "string" && phases.has(status)) return status as JobStatus;
  throw new MillraceError(`${subject} has the status ${JSON.stringify(status)}, which this SDK does not know.`);
}

/** @internal Whether a job makes progress without the client. An open job does not: it waits for uploads that may never come. */
export function isRunning(status: JobStatus): boolean {
  return phases.get(status) === "running";
}

/** @internal Whether a job has ended. */
export function hasEnded(status: JobStatus): boolean {
  return phases.get(status) === "ended";
}
