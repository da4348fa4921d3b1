import type { JobStatus } from "./contract.js";
import { MillraceError } from "./errors.js";
import { parseJobStatus } from "./job-status.js";

/** The model version that a job runs. */
export interface JobModel {
  readonly identifier: string;
  readonly version: string;
  readonly name: string;
}

/** Who submitted a job. */
export interface JobUser {
  readonly identifier: string;
  readonly externalIdentifier: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: string;
  /** Null until an administrator sets it. */
  readonly title: string | null;
  /** The public parts of the user's API keys; a key limited to a team or project sees only itself. */
  readonly accessKeys: readonly { readonly prefix: string; readonly isDefault: boolean }[];
}

/** A job at the time of the response. */
export interface Job {
  readonly jobIdentifier: string;
  readonly status: JobStatus;
  readonly model: JobModel;
  readonly explain: boolean;
  /** Why the job has no explanations although they were requested. */
  readonly explanationNotice: string | null;
  readonly accountIdentifier: string;
  /** The public prefix of the API key that submitted it. */
  readonly submittedBy: string;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
  readonly submittedAt: Date | null;
  /** True while the job is paused. */
  readonly paused: boolean;
  /** Why the server ended the job early. */
  readonly statusReason: string | null;
  /** From -10 to 10; jobs of a higher priority run first. */
  readonly priority: number;
  readonly total: number;
  /** Inputs that are not finished. */
  readonly pending: number;
  /** Inputs that succeeded. */
  readonly completed: number;
  /** Inputs that failed. */
  readonly failed: number;
  /** Milliseconds from submission to the end, or to the answer. */
  readonly elapsedTime: number;
  /** Milliseconds from submission to the start of the first input. */
  readonly queueTime: number;
  /** The names of the inputs; in a list of jobs a server may name only the first of each. */
  readonly jobInputs: readonly string[];
  readonly user: JobUser | null;
}

/**
 * Reads a job from any of the shapes that servers send: `jobInputs` as an object, as objects or as strings, counts with
 * one name or the other, dates with any offset.
 *
 * @throws MillraceError for a status that is missing or not known: waiting on it could last forever.
 */
export function parseJob(wire: unknown): Job {
  const job = (typeof wire === "object" && wire !== null ? wire : {}) as Record<string, unknown>;
  const jobIdentifier = text(job["jobIdentifier"]);
  if (jobIdentifier === "") throw new MillraceError("The server's response is not a job: it has no jobIdentifier.");
  const total = number(job["total"] ?? job["totalInputs"]);
  const completed = number(job["completed"]);
  const failed = number(job["failed"]);
  const model = (job["model"] ?? {}) as Record<string, unknown>;
  return {
    jobIdentifier,
    status: parseJobStatus(job["status"], `Job ${jobIdentifier}`),
    model: { identifier: text(model["identifier"]), version: text(model["version"]), name: text(model["name"]) },
    explain: job["explain"] === true,
    accountIdentifier: text(job["accountIdentifier"]),
    submittedBy: text(job["submittedBy"] ?? job["accessKey"]),
    createdAt: date(job["createdAt"]),
    updatedAt: date(job["updatedAt"]),
    submittedAt: date(job["submittedAt"]),
    paused: job["paused"] === true,
    statusReason: typeof job["statusReason"] === "string" ? job["statusReason"] : null,
    priority: number(job["priority"]),
    total,
    pending: typeof job["pending"] === "number" ? job["pending"] : total - completed - failed,
    completed,
    failed,
    elapsedTime: number(job["elapsedTime"]),
    queueTime: number(job["queueTime"]),
    explanationNotice: typeof job["explanationNotice"] === "string" ? job["explanationNotice"] : null,
    jobInputs: inputNames(job["jobInputs"]),
    user: user(job["user"]),
  };
}

/** Reads the answer to a submission. A server may leave out its status, which is then SUBMITTED. */
export function parseReceipt(wire: unknown): Job {
  if (typeof wire !== "object" || wire === null) return parseJob(wire);
  return parseJob({ ...wire, status: (wire as { status?: unknown }).status ?? ("SUBMITTED" satisfies JobStatus) });
}

function inputNames(value: unknown): string[] {
  const list = Array.isArray(value)
    ? value
    : ((value as { identifier?: unknown } | null | undefined)?.identifier ?? []);
  return (Array.isArray(list) ? list : []).map((entry: unknown) =>
    typeof entry === "string" ? entry : text((entry as { identifier?: unknown } | null)?.identifier),
  );
}

function user(value: unknown): JobUser | null {
  if (typeof value !== "object" || value === null) return null;
  const wire = value as Record<string, unknown>;
  const keys = Array.isArray(wire["accessKeys"]) ? (wire["accessKeys"] as Record<string, unknown>[]) : [];
  return {
    identifier: text(wire["identifier"]),
    externalIdentifier: text(wire["externalIdentifier"]),
    email: text(wire["email"]),
    firstName: text(wire["firstName"]),
    lastName: text(wire["lastName"]),
    status: text(wire["status"]),
    title: typeof wire["title"] === "string" ? wire["title"] : null,
    accessKeys: keys.map((key) => ({ prefix: text(key["prefix"]), isDefault: key["isDefault"] === true })),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Not every engine reads an offset without a colon (`+0000`). */
function date(value: unknown): Date | null {
  if (typeof value !== "string" || value === "") return null;
  const parsed = new Date(value.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(parsed.getTime()) ? null : parsed;
}
