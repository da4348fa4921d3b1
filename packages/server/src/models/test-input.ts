import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { UploadedItem } from "../inputs/uploaded-item.js";
import type { BlobStore } from "../storage/blob-store.js";
import { unknownVersion, type VersionReference } from "./version-reference.js";

/** The input file of a version's test run. */
export interface TestInput extends UploadedItem {
  /** The name of the data item. */
  readonly name: string;
}

/**
 * Stores the input file of a version's test run.
 *
 * @throws MillraceError `not_found`; `invalid_request` when the version has no such data item.
 */
export async function setTestInput(
  { database, blobs }: { database: Database; blobs: BlobStore },
  reference: VersionReference,
  dataItem: string,
  bytes: Uint8Array,
): Promise<void> {
  const { rows } = await database.query<{ names: string[] }>(
    `SELECT ARRAY(SELECT input->>'name' FROM json_array_elements(manifest->'inputs') AS input) AS names
     FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2`,
    [reference.model, reference.version],
  );
  if (rows[0] === undefined) throw unknownVersion(reference);
  if (!rows[0].names.includes(dataItem)) {
    const known = rows[0].names.map((name) => JSON.stringify(name)).join(", ");
    throw new MillraceError(
      "invalid_request",
      `name is not valid: found ${JSON.stringify(dataItem)}, expected a data item of this version: ${known}.`,
    );
  }
  const key = `test-inputs/${reference.model}/${reference.version}`;
  await blobs.put(key, bytes);
  const input: TestInput = { name: dataItem, sizeBytes: bytes.byteLength, blobKeys: [key] };
  await database.query(
    "UPDATE millrace.model_versions SET test_input = $3 WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version, JSON.stringify(input)],
  );
}

/** @throws MillraceError `not_found`; `invalid_request` when the version has no test input. */
export async function readTestInput(database: Database, reference: VersionReference): Promise<TestInput> {
  const { rows } = await database.query<{ test_input: TestInput | null }>(
    "SELECT test_input FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version],
  );
  if (rows[0] === undefined) throw unknownVersion(reference);
  if (rows[0].test_input !== null) return rows[0].test_input;
  throw new MillraceError(
    "invalid_request",
    `Version ${reference.version} of model ${reference.model} has no test input: POST .../testInput?name=... first.`,
  );
}
