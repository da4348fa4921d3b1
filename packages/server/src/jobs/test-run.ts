import type { Caller } from "../accounts/caller.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { readTestInput } from "../models/test-input.js";
import { unknownVersion, type VersionReference } from "../models/version-reference.js";
import { prepareSubmission } from "./prepare-submission.js";
import type { Submit } from "./submit.js";

/**
 * Runs a version on its test input as a regular job, even if the version is not active yet.
 *
 * @throws MillraceError `not_found`; `invalid_request` when the version has no test input.
 */
export async function startTestRun(
  database: Database,
  submit: Submit,
  caller: Caller,
  reference: VersionReference,
): Promise<void> {
  const { name, ...item } = await readTestInput(database, reference);
  const { jobIdentifier } = await submit(
    caller,
    prepareSubmission(
      {
        modelIdentifier: reference.model,
        modelVersion: reference.version,
        explain: false,
        explanation: {},
        timeoutMs: null,
        priority: 0,
        errorThreshold: {},
        hoursDeleteInput: undefined,
        hoursDeleteResults: undefined,
        input: { type: "upload", sources: { [testInputName]: { [name]: item } } },
      },
      { isKeyed: false },
    ),
    { mayBeInactive: true },
  );
  await database.query(
    "UPDATE millrace.model_versions SET test_job = $3 WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version, jobIdentifier],
  );
}

/** Name of the single input of a test run. */
export const testInputName = "test-input";

/** @throws MillraceError `not_found` for an unknown version, or one without a test run. */
export async function findTestJob(database: Database, reference: VersionReference): Promise<string> {
  const { rows } = await database.query<{ test_job: string | null }>(
    "SELECT test_job FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version],
  );
  if (rows[0] === undefined) throw unknownVersion(reference);
  if (rows[0].test_job === null) {
    throw new MillraceError(
      "not_found",
      `Version ${reference.version} of model ${reference.model} has no test run: POST .../run-process first.`,
    );
  }
  return rows[0].test_job;
}
