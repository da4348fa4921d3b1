import type { Caller } from "../accounts/caller.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { UploadedItem } from "../inputs/uploaded-item.js";
import type { BlobStore } from "../storage/blob-store.js";

interface Place {
  readonly model: string;
  readonly version: string;
}

interface TestInput extends UploadedItem {
  readonly name: string;
}

/**
 * Keeps the file that a version's test run is made with.
 *
 * @throws MillraceError `not_found`; `invalid_request` when the version has no such data item.
 */
export async function setTestInput(
  { database, blobs }: { database: Database; blobs: BlobStore },
  place: Place,
  dataItem: string,
  bytes: Uint8Array,
): Promise<void> {
  const { rows } = await database.query<{ names: string[] }>(
    `SELECT ARRAY(SELECT input->>'name' FROM json_array_elements(manifest->'inputs') AS input) AS names
     FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2`,
    [place.model, place.version],
  );
  if (rows[0] === undefined) throw notFound(place);
  if (!rows[0].names.includes(dataItem)) {
    const known = rows[0].names.map((name) => JSON.stringify(name)).join(", ");
    throw new MillraceError(
      "invalid_request",
      `name is not valid: found ${JSON.stringify(dataItem)}, expected a data item of this version: ${known}.`,
    );
  }
  const key = `test-inputs/${place.model}/${place.version}`;
  await blobs.put(key, bytes);
  const input: TestInput = { name: dataItem, sizeBytes: bytes.byteLength, blobKeys: [key] };
  await database.query(
    "UPDATE millrace.model_versions SET test_input = $3 WHERE model_identifier = $1 AND version = $2",
    [place.model, place.version, JSON.stringify(input)],
  );
}

/** How a test run is submitted: a job of one uploaded input, also for a version that is not active yet. */
export type SubmitTestRun = (
  caller: Caller,
  place: Place,
  sources: Readonly<Record<string, Readonly<Record<string, UploadedItem>>>>,
) => Promise<string>;

/**
 * Runs a version over its test input, as a job like any other.
 *
 * @throws MillraceError `not_found`; `invalid_request` when there is no test input.
 */
export async function startTestRun(
  database: Database,
  submit: SubmitTestRun,
  caller: Caller,
  place: Place,
): Promise<void> {
  const { rows } = await database.query<{ test_input: TestInput | null }>(
    "SELECT test_input FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [place.model, place.version],
  );
  if (rows[0] === undefined) throw notFound(place);
  const input = rows[0].test_input;
  if (input === null) {
    throw new MillraceError(
      "invalid_request",
      `Version ${place.version} of model ${place.model} has no test input: POST .../testInput?name=... first.`,
    );
  }
  const { name, ...item } = input;
  const job = await submit(caller, place, { [testInputName]: { [name]: item } });
  await database.query(
    "UPDATE millrace.model_versions SET test_job = $3 WHERE model_identifier = $1 AND version = $2",
    [place.model, place.version, job],
  );
}

/** What the one input of a test run is called. */
export const testInputName = "test-input";

/** @throws MillraceError `not_found` for an unknown version, or one whose test run was never started. */
export async function findTestJob(database: Database, place: Place): Promise<string> {
  const { rows } = await database.query<{ test_job: string | null }>(
    "SELECT test_job FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [place.model, place.version],
  );
  if (rows[0] === undefined) throw notFound(place);
  if (rows[0].test_job === null) {
    throw new MillraceError(
      "not_found",
      `Version ${place.version} of model ${place.model} has no test run: POST .../run-process first.`,
    );
  }
  return rows[0].test_job;
}

function notFound({ model, version }: Place): MillraceError {
  return new MillraceError(
    "not_found",
    `There is no version ${JSON.stringify(version)} of model ${JSON.stringify(model)}.`,
  );
}
