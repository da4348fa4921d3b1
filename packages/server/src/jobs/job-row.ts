import {
  formatWireDate,
  type ErrorThreshold,
  type ExplanationOptions,
  type JobDetails,
  type JobReceipt,
  type JobStatus,
  type UserWithAccessKeys,
} from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { isOfTeamOnly } from "../accounts/rights.js";
import { seesEmail } from "../accounts/visible-email.js";
import type { QuotaHolder } from "../limits/require-quota.js";

/** A job row with its user and the prefixes of that user's keys. */
export interface JobRow {
  readonly id: number;
  readonly identifier: string;
  readonly account_identifier: string;
  readonly team_identifier: string;
  readonly access_key: string;
  readonly model_identifier: string;
  readonly model_version: string;
  readonly model_name: string;
  readonly status: JobStatus;
  readonly explain: boolean;
  readonly explanation_options: ExplanationOptions | null;
  readonly explanation_notice: string | null;
  readonly timeout_ms: number | null;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly input_bytes: number;
  readonly total_queue_ms: number;
  readonly total_latency_ms: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly submitted_at: Date | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly priority: number;
  readonly paused_at: Date | null;
  readonly status_reason: string | null;
  readonly maximum_failed: number | null;
  readonly maximum_failed_percent: number | null;
  readonly needs_access: boolean;
  readonly is_image_classification: boolean;
  readonly delete_inputs_after_hours: number;
  readonly delete_results_after_hours: number | null;
  readonly input_type: string | null;
  readonly event_count: number;
  readonly inputs_deleted_at: Date | null;
  readonly results_deleted_at: Date | null;
  readonly user_identifier: string;
  readonly external_identifier: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly user_status: string;
  readonly title: string | null;
  readonly picture_url: string | null;
  readonly access_keys: { prefix: string; isDefault: boolean }[];
}

/** The holder of the quotas that a job counts against: those of the key that submitted it. */
export function holderOf(job: Pick<JobRow, "account_identifier" | "team_identifier" | "access_key">): QuotaHolder {
  return {
    accountIdentifier: job.account_identifier,
    teamIdentifier: job.team_identifier,
    accessKey: job.access_key,
  };
}

/** The columns of {@link JobRow}; `j` is the job, `u` its user. */
export const jobColumns = /* sql */ `
  j.id, j.identifier, j.account_identifier, j.team_identifier, j.access_key, j.model_identifier, j.model_version, j.model_name,
  j.status, j.explain, j.explanation_options, j.explanation_notice, j.timeout_ms, j.total, j.completed, j.failed, j.input_bytes, j.total_queue_ms, j.total_latency_ms, j.created_at, j.updated_at, j.submitted_at,
  j.started_at, j.ended_at, j.priority, j.paused_at, j.status_reason, j.maximum_failed, j.maximum_failed_percent, j.needs_access,
  j.is_image_classification, j.delete_inputs_after_hours, j.delete_results_after_hours, j.input_type, j.event_count, j.inputs_deleted_at, j.results_deleted_at, j.user_identifier, u.external_identifier, u.first_name, u.last_name, u.email, u.status AS user_status,
  u.title, u.picture_url,
  (SELECT coalesce(json_agg(json_build_object('prefix', k.prefix, 'isDefault', k.is_default) ORDER BY k.created_at), '[]')
   FROM millrace.api_keys k WHERE k.user_identifier = j.user_identifier AND k.status = 'Active') AS access_keys`;

/** The response body of submit and close. */
export function toReceipt(caller: Caller, row: JobRow, inputNames: string[], now: Date): JobReceipt {
  return { ...commonFields(caller, row, now), jobType: "batch", jobInputs: { identifier: inputNames } };
}

/** The response body of get, cancel and history. */
export function toDetails(caller: Caller, row: JobRow, inputNames: string[], now: Date): JobDetails {
  return { ...commonFields(caller, row, now), jobInputs: inputNames.map((identifier) => ({ identifier })) };
}

/** Milliseconds from submission to the end, or until now. */
export function elapsedMs(row: Pick<JobRow, "submitted_at" | "ended_at">, now: Date): number {
  return row.submitted_at === null ? 0 : Math.max(0, (row.ended_at ?? now).getTime() - row.submitted_at.getTime());
}

/** Milliseconds from submission to the start of the first input; 0 before that. */
export function queueMs(row: Pick<JobRow, "submitted_at" | "started_at">): number {
  return row.submitted_at === null || row.started_at === null
    ? 0
    : row.started_at.getTime() - row.submitted_at.getTime();
}

function commonFields(caller: Caller, row: JobRow, now: Date) {
  return {
    jobIdentifier: row.identifier,
    accountIdentifier: row.account_identifier,
    model: { identifier: row.model_identifier, version: row.model_version, name: row.model_name },
    status: row.status,
    total: row.total,
    totalInputs: row.total,
    accessKey: row.access_key,
    submittedBy: row.access_key,
    explain: row.explain,
    ...(row.explanation_options === null ? {} : { explanation: row.explanation_options }),
    explanationNotice: row.explanation_notice,
    team: { identifier: row.team_identifier },
    submittedAt: row.submitted_at === null ? null : formatWireDate(row.submitted_at),
    hoursDeleteInput: row.delete_inputs_after_hours,
    ...(row.delete_results_after_hours === null ? {} : { hoursDeleteResults: row.delete_results_after_hours }),
    imageClassificationModel: row.is_image_classification,
    priority: row.priority,
    ...errorThresholdOf(row),
    ...(row.timeout_ms === null ? {} : { timeout: row.timeout_ms }),
    inputByteAmount: row.input_bytes,
    user: toUser(caller, row),
    createdAt: formatWireDate(row.created_at),
    updatedAt: formatWireDate(row.updated_at),
    pending: row.total - row.completed - row.failed,
    completed: row.completed,
    failed: row.failed,
    elapsedTime: elapsedMs(row, now),
    queueTime: queueMs(row),
    paused: row.paused_at !== null && row.ended_at === null,
    statusReason: row.status_reason,
  };
}

function errorThresholdOf(row: JobRow): { errorThreshold?: ErrorThreshold } {
  const { maximum_failed: count, maximum_failed_percent: percent } = row;
  if (count === null && percent === null) return {};
  return { errorThreshold: { ...(count === null ? {} : { count }), ...(percent === null ? {} : { percent }) } };
}

/** The user who submitted a job; a caller limited to a team or project sees of others only the name, and no key but its own. */
function toUser(caller: Caller, row: JobRow): UserWithAccessKeys {
  const isReachable = seesEmail(caller, row.user_identifier);
  return {
    identifier: row.user_identifier,
    externalIdentifier: isReachable ? row.external_identifier : "",
    firstName: row.first_name,
    lastName: row.last_name,
    email: isReachable ? row.email : "",
    status: row.user_status,
    title: row.title,
    pictureURL: row.picture_url,
    accessKeys: isOfTeamOnly(caller)
      ? row.access_keys.filter(({ prefix }) => prefix === caller.accessKey)
      : row.access_keys,
  };
}
