import type { PoolClient } from "pg";
import type { Caller } from "../accounts/caller.js";
import { createParameters } from "../database/parameters.js";
import { prepared } from "../database/prepared.js";
import type { RunnableVersion } from "../models/runnable-version.js";
import { visibleModels } from "../models/visible-models.js";
import { chunkFlagsJson } from "../queue/chunk-task.js";
import { newJobStatus } from "../states/job-states.js";
import { sqlStatus } from "../states/status-sql.js";
import { chunksOf, planChunks } from "./insert-chunks.js";
import { jobColumns, type JobRow } from "./job-row.js";
import type { InputTexts, PreparedSubmission } from "./prepare-submission.js";

export interface NewJob {
  readonly identifier: string;
  readonly submission: PreparedSubmission;
  readonly model: RunnableVersion;
  /** Why the job may have no explanations. */
  readonly notice: string | null;
  readonly hoursDeleteInput: number;
  readonly idempotencyKey: string | undefined;
  /** What the submission's input gives access to, encrypted. */
  readonly sealedAccess: Buffer | null;
  readonly total: number;
  /** Those that are written with the job: all of a small one, none of a large one. */
  readonly inputs: InputTexts;
}

/**
 * Writes a job with its access, its chunks and their tasks, in one statement.
 *
 * @returns nothing, and writes nothing, where the model version is no longer what was found, or not for this caller; and where another job of
 *   the account has the idempotency key.
 */
export async function insertJob(transaction: PoolClient, caller: Caller, job: NewJob): Promise<JobRow | undefined> {
  const { submission, model } = job;
  const { input, priority, explain } = submission;
  const row = {
    identifier: job.identifier,
    account_identifier: caller.accountIdentifier,
    team_identifier: caller.teamIdentifier,
    user_identifier: caller.userIdentifier,
    access_key: caller.accessKey,
    idempotency_key: job.idempotencyKey ?? null,
    submission_sha256: submission.fingerprint && `\\x${Buffer.from(submission.fingerprint).toString("hex")}`,
    model_identifier: model.identifier,
    model_version: model.version,
    model_name: model.name,
    status: input === undefined ? newJobStatus.open : newJobStatus.submitted,
    explain,
    timeout_ms: submission.timeoutMs,
    input_type: input?.type ?? null,
    total: job.total,
    priority,
    maximum_failed: submission.errorThreshold.count ?? null,
    maximum_failed_percent: submission.errorThreshold.percent ?? null,
    needs_access: input?.hasCredentials ?? false,
    is_image_classification: model.isImageClassification,
    delete_inputs_after_hours: submission.hoursDeleteInput ?? job.hoursDeleteInput,
    project_identifier: caller.projectIdentifier,
    explanation_options: explain ? submission.explanation : null,
    explanation_notice: job.notice,
    delete_results_after_hours: submission.hoursDeleteResults ?? null,
  };
  const columns = Object.keys(row);
  const parameters = createParameters();
  const add = (value: unknown) => parameters.add(value);
  const flags = chunkFlagsJson(row);
  const { tables, tasks } = chunksOf("job", add(planChunks(row, job.total)), add(flags));
  const sealed = `${add(job.sealedAccess)}::bytea`;
  const { rows } = await transaction.query<JobRow>(
    prepared(
      `WITH job AS (
         INSERT INTO millrace.jobs (${columns.join(", ")}, submitted_at)
         SELECT ${columns.map((name) => `r.${name}`).join(", ")}, CASE WHEN r.status = ${sqlStatus(newJobStatus.open)} THEN NULL ELSE now() END
         FROM json_populate_record(NULL::millrace.jobs, ${add(JSON.stringify(row))}::json) AS r
           JOIN millrace.model_versions v ON v.model_identifier = r.model_identifier AND v.version = r.model_version
         WHERE v.xmin = ${add(model.revision)}::xid AND ${visibleModels(caller, "v", parameters)}
         ON CONFLICT (account_identifier, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
         RETURNING *
       ), access AS (
         INSERT INTO millrace.job_credentials (job_id, sealed) SELECT id, ${sealed} FROM job WHERE ${sealed} IS NOT NULL
       ), inputs AS (
         INSERT INTO millrace.inputs (job_id, position, name, data_items)
         SELECT job.id, input.ordinality - 1, input.name, input.data_items
         FROM job, unnest(${add(job.inputs.names)}::text[], ${add(job.inputs.dataItems)}::text[]) WITH ORDINALITY AS input (name, data_items, ordinality)
       ), ${tables}
       SELECT ${jobColumns}, ${tasks} AS tasks FROM job j JOIN millrace.users u ON u.identifier = j.user_identifier`,
      parameters.values,
    ),
  );
  return rows[0];
}
