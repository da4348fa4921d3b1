import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Caller } from "../accounts/caller.js";
import { inTransaction, type Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { planExplanations } from "../explanations/plan-explanations.js";
import type { InputDestination } from "../inputs/sources/input-source.js";
import type { JsonText } from "../json/json-text.js";
import { requireQuota } from "../limits/require-quota.js";
import { createRunnableVersions, requireRunnableVersion, type RunnableVersion } from "../models/runnable-version.js";
import { AddressNotAllowedError } from "../outbound/address-not-allowed.js";
import type { Outbound } from "../outbound/outbound.js";
import { enqueueListing } from "../queue/list-task.js";
import type { SecretBox } from "../storage/secret-box.js";
import { findJobReceipt, writeReceipt } from "./find-job.js";
import { copyInputs } from "./input-rows.js";
import { insertJob } from "./insert-job.js";
import type { InputTexts, PreparedSubmission } from "./prepare-submission.js";

/** Accepts a job and answers the state that it wrote, however quickly a worker starts it: a `JobReceipt`. */
export type Submit = (caller: Caller, submission: Submission, options?: SubmitOptions) => Promise<SubmittedJob>;

/** What is submitted: a few inputs as texts, or many as rows for COPY. */
export interface Submission {
  readonly prepared: PreparedSubmission;
  readonly inputs: InputTexts | ManyInputs;
}

export interface ManyInputs {
  readonly total: number;
  /** A list of their names, as JSON. */
  readonly namesJson: string;
  /** See {@link copyInputs}. */
  readonly rows: AsyncIterable<Uint8Array>;
}

export interface SubmittedJob {
  readonly jobIdentifier: string;
  /** The answer to the submission. */
  readonly receipt: JsonText;
}

export interface SubmitOptions {
  /** A repeated submission with the same key, whose fingerprint it needs, returns the existing job. */
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
  const versions = createRunnableVersions(pool);
  return async (caller, { prepared, inputs }, { idempotencyKey, mayBeInactive = false } = {}) => {
    const { input, explain, modelIdentifier, modelVersion } = prepared;
    if (input?.destination !== undefined) checkDestination(outbound, input.destination);
    const key = idempotencyKey === undefined ? undefined : scopedKey(caller, idempotencyKey);
    const identifier = randomUUID();
    const accessJson = input?.accessJson;
    const sealedAccess = accessJson === undefined ? null : secrets.seal(accessJson, identifier);
    const many = "rows" in inputs ? inputs : undefined;
    const few = "rows" in inputs ? noInputs : inputs;
    const total = many?.total ?? few.names.length;

    const find = () =>
      mayBeInactive
        ? requireRunnableVersion(pool, caller, modelIdentifier, modelVersion, true)
        : versions.find(caller, modelIdentifier, modelVersion);
    const write = async (model: RunnableVersion) => {
      const notice = explain ? planExplanations(model, prepared.explanation) : null;
      return inTransaction(pool, async (transaction) => {
        const row = await insertJob(transaction, caller, {
          identifier,
          submission: prepared,
          model,
          notice,
          hoursDeleteInput,
          idempotencyKey: key,
          sealedAccess,
          total,
          inputs: few,
        });
        if (row === undefined) return undefined;
        await requireQuota(transaction, caller);
        if (many !== undefined) await copyInputs(transaction, row.id, many.rows);
        if (input?.isListed === true) await enqueueListing(transaction, row);
        return row;
      });
    };

    let model = await find();
    for (let attempt = 1; attempt <= maximumAttempts; attempt += 1) {
      const row = await write(model);
      if (row !== undefined) {
        const namesJson = many?.namesJson ?? JSON.stringify(few.names);
        return { jobIdentifier: identifier, receipt: writeReceipt(caller, row, namesJson) };
      }
      const { revision } = model;
      versions.forget(modelIdentifier, modelVersion);
      model = await find();
      if (model.revision !== revision || key === undefined) continue;
      const earlier = await findEarlier(pool, caller, key, prepared.fingerprint);
      if (earlier !== undefined)
        return { jobIdentifier: earlier, receipt: await findJobReceipt(pool, caller, earlier) };
    }
    throw new MillraceError(
      "conflict",
      `Version ${modelVersion} of model ${modelIdentifier} is being changed: try again in a few seconds.`,
    );
  };
}

const noInputs: InputTexts = { names: [], dataItems: [] };
// After each, the version was another one, or an expired key was removed.
const maximumAttempts = 4;

/** Rejects a forbidden address at submission; host names are only resolved by the worker. */
function checkDestination(outbound: Outbound, destination: InputDestination): void {
  try {
    outbound.check(destination.field, destination);
  } catch (error) {
    if (!(error instanceof AddressNotAllowedError)) throw error;
    throw new MillraceError("invalid_request", error.message);
  }
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

/**
 * The job that was submitted with a key.
 *
 * @returns nothing if the key can be used: after a day it expires.
 */
async function findEarlier(
  database: Database,
  caller: Caller,
  idempotencyKey: string,
  fingerprint: Uint8Array | null,
): Promise<string | undefined> {
  const parameters = [caller.accountIdentifier, idempotencyKey];
  await database.query(
    `UPDATE millrace.jobs SET idempotency_key = NULL
     WHERE account_identifier = $1 AND idempotency_key = $2 AND created_at < now() - interval '24 hours'`,
    parameters,
  );
  const { rows } = await database.query<{ identifier: string; submission_sha256: Buffer }>(
    "SELECT identifier, submission_sha256 FROM millrace.jobs WHERE account_identifier = $1 AND idempotency_key = $2",
    parameters,
  );
  const earlier = rows[0];
  if (earlier === undefined) return undefined;
  if (fingerprint === null || !earlier.submission_sha256.equals(fingerprint)) {
    throw new MillraceError("conflict", "The Idempotency-Key was already used for another submission. Send a new key.");
  }
  return earlier.identifier;
}
