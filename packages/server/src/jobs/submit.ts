import { namesOf } from "@millrace/contract";
import { createHash, randomUUID } from "node:crypto";
import type { JobReceipt } from "@millrace/contract";
import type { Pool, PoolClient } from "pg";
import type { Caller } from "../accounts/caller.js";
import { prepared } from "../database/prepared.js";
import { inTransaction } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { secretFields } from "../errors/secret-fields.js";
import { sourceRegistry } from "../inputs/sources/registry.js";
import { planExplanations } from "../explanations/plan-explanations.js";
import { requireQuota } from "../limits/require-quota.js";
import { requireRunnableVersion } from "../models/runnable-version.js";
import { AddressNotAllowedError } from "../outbound/address-not-allowed.js";
import type { Outbound } from "../outbound/outbound.js";
import { newJobStatus } from "../states/job-states.js";
import { sqlStatus } from "../states/status-sql.js";
import type { SecretBox } from "../storage/secret-box.js";
import { enqueueListing } from "../queue/list-task.js";
import { accessOf, hasCredentials, storeAccess } from "./credentials.js";
import { findJobReceipt } from "./find-job.js";
import { insertChunks } from "./insert-chunks.js";
import { insertInputs, type NamedInput } from "./insert-inputs.js";
import type { ParsedSubmission } from "./parse-submission.js";

/** Accepts a job and answers the state that it wrote, however quickly a worker starts it. */
export type Submit = (caller: Caller, submission: ParsedSubmission, options?: SubmitOptions) => Promise<JobReceipt>;

export interface SubmitOptions {
  /** A repeated submission with the same key returns the existing job. */
  readonly idempotencyKey?: string | undefined;
  /** Accepts a version that is not active yet, for testing. */
  readonly mayBeInactive?: boolean;
}

export interface SubmitParts {
  readonly pool: Pool;
  readonly secrets: SecretBox;
  /** Addresses that inputs may come from. */
  readonly outbound: Outbound;
  /** Hours after a job ends until its texts and files are deleted, unless the submission says otherwise. */
  readonly hoursDeleteInput: number;
}

/**
 * Creates the function that accepts jobs: open ones without input, others complete. Job row, input rows, sealed credentials
 * and queue tasks are written in one transaction, so an accepted job is never lost and a rejected one leaves nothing behind.
 *
 * For 24 hours, the same idempotency key with the same submission returns the existing job.
 *
 * @throws MillraceError `invalid_request` for an address that is not allowed; `not_found` for an unknown model or version;
 *   `conflict` when the version is not active or the idempotency key was used for another submission. LimitError
 *   `limits.quota`.
 */
export function createSubmit({ pool, secrets, outbound, hoursDeleteInput }: SubmitParts): Submit {
  return async (caller, submission, { idempotencyKey, mayBeInactive = false } = {}) => {
    const { input } = submission;
    if (input !== undefined) checkDestination(outbound, input);
    const fingerprint = idempotencyKey === undefined ? null : fingerprintOf(submission);
    const key = idempotencyKey === undefined ? undefined : scopedKey(caller, idempotencyKey);
    return inTransaction(pool, async (transaction) => {
      const model = await requireRunnableVersion(
        transaction,
        caller,
        submission.modelIdentifier,
        submission.modelVersion,
        mayBeInactive,
      );
      const notice = submission.explain ? planExplanations(model, submission.explanation) : null;
      const identifier = randomUUID();
      const access = input === undefined ? undefined : accessOf(input);
      const inputs = input === undefined || isListed(input.type) ? [] : inputsOf(input.sources ?? {});
      const total = inputs.length;
      if (key !== undefined) await forgetOldKey(transaction, caller, key);
      const { rows } = await transaction.query<{ id: number }>(
        prepared(
          `INSERT INTO millrace.jobs (identifier, account_identifier, team_identifier, user_identifier, access_key, idempotency_key,
           submission_sha256, model_identifier, model_version, model_name, status, explain, timeout_ms, input_type, total, submitted_at,
           priority, maximum_failed, maximum_failed_percent, needs_access, is_image_classification, delete_inputs_after_hours,
           project_identifier, explanation_options, explanation_notice, delete_results_after_hours)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, CASE WHEN $11 = ${sqlStatus(newJobStatus.open)} THEN NULL ELSE now() END,
           $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
         ON CONFLICT (account_identifier, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
         RETURNING id`,
          [
            identifier,
            caller.accountIdentifier,
            caller.teamIdentifier,
            caller.userIdentifier,
            caller.accessKey,
            key ?? null,
            fingerprint,
            model.identifier,
            model.version,
            model.name,
            input === undefined ? newJobStatus.open : newJobStatus.submitted,
            submission.explain,
            submission.timeoutMs,
            input?.type ?? null,
            total,
            submission.priority,
            submission.errorThreshold.count ?? null,
            submission.errorThreshold.percent ?? null,
            input !== undefined && hasCredentials(input),
            model.isImageClassification,
            submission.hoursDeleteInput ?? hoursDeleteInput,
            caller.projectIdentifier,
            submission.explain ? JSON.stringify(submission.explanation) : null,
            notice,
            submission.hoursDeleteResults ?? null,
          ],
        ),
      );
      const job = rows[0];
      if (job === undefined)
        return findJobReceipt(transaction, caller, await findEarlier(transaction, caller, key, fingerprint));
      await requireQuota(transaction, caller);
      if (input === undefined) return findJobReceipt(transaction, caller, identifier);
      if (access !== undefined) await storeAccess(transaction, secrets, { id: job.id, identifier }, access);
      const { priority, explain } = submission;
      const queued = {
        id: job.id,
        account_identifier: caller.accountIdentifier,
        priority,
        explain,
        model_identifier: model.identifier,
        model_version: model.version,
      };
      if (total === 0) await enqueueListing(transaction, queued);
      else {
        await insertInputs(transaction, job.id, inputs);
        await insertChunks(transaction, queued, total);
      }
      return findJobReceipt(transaction, caller, identifier);
    });
  };
}

/** In the caller's order. */
function inputsOf(sources: Readonly<Record<string, unknown>>): NamedInput[] {
  return namesOf(sources).map((name) => [name, sources[name]]);
}

/** Rejects a forbidden address at submission; host names are only resolved by the worker. */
function checkDestination(outbound: Outbound, input: NonNullable<ParsedSubmission["input"]>): void {
  const destination = sourceRegistry.require(input.type).destination?.(input);
  if (destination === undefined) return;
  try {
    outbound.check(destination.field, destination);
  } catch (error) {
    if (!(error instanceof AddressNotAllowedError)) throw error;
    throw new MillraceError("invalid_request", error.message);
  }
}

/** Whether a worker has to list the inputs. */
function isListed(type: string): boolean {
  return sourceRegistry.require(type).list !== undefined;
}

/**
 * Parses the `Idempotency-Key` header.
 *
 * @throws MillraceError `invalid_request` if it is empty or too long.
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && header.length >= 1 && header.length <= maximumKeyLength) return header;
  throw new MillraceError(
    "invalid_request",
    `The header Idempotency-Key is not valid: found ${header.length} characters, expected 1 to ${maximumKeyLength}.`,
  );
}

const maximumKeyLength = 255;

/** Callers limited to a project or team have a key namespace of their own; a header cannot contain a newline. */
function scopedKey({ projectIdentifier, isNarrowedToTeam, teamIdentifier }: Caller, key: string): string {
  const scope = [projectIdentifier ?? "", isNarrowedToTeam ? teamIdentifier : ""];
  return scope.some((part) => part !== "") ? [...scope, key].join("\n") : key;
}

/** A key expires after a day and can then be reused. */
async function forgetOldKey(transaction: PoolClient, caller: Caller, idempotencyKey: string): Promise<void> {
  await transaction.query(
    `UPDATE millrace.jobs SET idempotency_key = NULL
     WHERE account_identifier = $1 AND idempotency_key = $2 AND created_at < now() - interval '24 hours'`,
    [caller.accountIdentifier, idempotencyKey],
  );
}

async function findEarlier(
  transaction: PoolClient,
  caller: Caller,
  idempotencyKey: string | undefined,
  fingerprint: Buffer | null,
): Promise<string> {
  const { rows } = await transaction.query<{ identifier: string; submission_sha256: Buffer }>(
    "SELECT identifier, submission_sha256 FROM millrace.jobs WHERE account_identifier = $1 AND idempotency_key = $2",
    [caller.accountIdentifier, idempotencyKey],
  );
  const earlier = rows[0];
  if (earlier === undefined || fingerprint === null || !fingerprint.equals(earlier.submission_sha256)) {
    throw new MillraceError("conflict", "The Idempotency-Key was already used for another submission. Send a new key.");
  }
  return earlier.identifier;
}

/** Identifies equal submissions. Credentials are left out, so that nothing derived from a secret outlives the job. */
function fingerprintOf({ input, ...rest }: ParsedSubmission): Buffer {
  // Callers choose the names of inputs and data items freely.
  const { sources, ...access } = (input ?? {}) as { sources?: unknown } & Record<string, unknown>;
  const names = Object.keys(access).filter((name) => !secretFields.includes(name));
  const known = names
    .toSorted()
    .map((name) => [name, name === "url" ? withoutPassword(String(access[name])) : access[name]]);
  return createHash("sha256")
    .update(JSON.stringify([rest, known, sources]))
    .digest();
}

function withoutPassword(url: string): string {
  return url.replaceAll(/([?&]password=)[^&]*/gi, "$1");
}
