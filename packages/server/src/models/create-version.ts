import { randomBytes } from "node:crypto";
import { bounds, closed } from "@millrace/contract";
import { versionPattern } from "@millrace/runners";
import Type from "typebox";
import { Compile } from "typebox/compile";
import type { Database } from "../database/transaction.js";
import { describeMismatch } from "../errors/describe-mismatch.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { VersionRow } from "./model-body.js";
import { claimIdentifier, refuseForeign } from "./model-owner.js";

type Manifest = VersionRow["manifest"];

export const NewVersion = Type.Object(
  {
    version: Type.String({
      pattern: versionPattern,
      maxLength: bounds.identifier,
      description: "three integers separated by dots",
    }),
  },
  closed,
);
export const NewModel = Type.Object(
  { ...NewVersion.properties, name: Type.String({ minLength: 1, maxLength: 200 }) },
  closed,
);
const newVersion = Compile(NewVersion);
const newModel = Compile(NewModel);

const identifierAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The user creating a model or a version. */
export interface Author {
  readonly name: string;
  readonly email: string;
  readonly accountIdentifier: string;
}

/** The initial description of a version: one JSON input, one JSON output, a time limit of one minute. */
function emptyManifest(identifier: string, name: string, version: string, author: string): Manifest {
  return {
    identifier,
    version,
    name,
    author,
    source: "CUSTOM",
    summary: "",
    details: "",
    technical: "",
    performance: "",
    releaseNotes: "",
    tags: [],
    metrics: [],
    inputs: [{ name: "input", acceptedMediaTypes: ["application/json"], maximumSizeBytes: 1_000_000, description: "" }],
    outputs: [{ name: "results.json", mediaType: "application/json", maximumSizeBytes: 1_000_000, description: "" }],
    memoryBytes: 512 * 2 ** 20,
    cpuCount: 1,
    gpuCount: 0,
    labels: [],
    loadTimeoutMs: 60_000,
    runTimeoutMs: 60_000,
    maximumBatchSize: 1,
    recommended: false,
    experimental: false,
    available: true,
    resultsFormat: null,
    explanationFormat: null,
    runner: { kind: "container" },
  };
}

/**
 * Creates a model with its first version, which is inactive.
 *
 * @param author the creator, as shown with the model.
 * @returns the model's identifier.
 * @throws MillraceError `invalid_request`.
 */
export async function createModel(database: Database, body: unknown, author: Author): Promise<string> {
  if (!newModel.Check(body)) throw refuse(body, newModel);
  const identifier = Array.from(randomBytes(10), (byte) => identifierAlphabet[byte % identifierAlphabet.length]).join(
    "",
  );
  await claimIdentifier(database, identifier, author.accountIdentifier);
  await insertVersion(database, emptyManifest(identifier, body.name, body.version, author.name), author);
  return identifier;
}

/**
 * Creates another version of a model, with the description of the latest one; it is inactive.
 *
 * @throws MillraceError `invalid_request`; `not_found`; `conflict` when the version exists or another account owns the model.
 */
export async function createVersion(
  database: Database,
  identifier: string,
  body: unknown,
  author: Author,
): Promise<void> {
  if (!newVersion.Check(body)) throw refuse(body, newVersion);
  const { rows } = await database.query<{ version: string; manifest: Manifest }>(
    "SELECT version, manifest FROM millrace.model_versions WHERE model_identifier = $1 ORDER BY version_order DESC",
    [identifier],
  );
  const latest = rows[0];
  if (latest === undefined) throw new MillraceError("not_found", `There is no model ${JSON.stringify(identifier)}.`);
  if (rows.some((row) => row.version === body.version)) {
    throw new MillraceError(
      "conflict",
      `Model ${identifier} already has version ${body.version}. Choose another version number.`,
    );
  }
  await refuseForeign(database, identifier, author.accountIdentifier);
  await insertVersion(database, { ...latest.manifest, version: body.version, runner: { kind: "container" } }, author);
}

async function insertVersion(database: Database, manifest: Manifest, author: Author): Promise<void> {
  await database.query(
    `INSERT INTO millrace.model_versions
       (model_identifier, version, version_order, status, manifest, sample_input, sample_output, created_by_email)
     VALUES ($1, $2, string_to_array($2, '.')::int[], 'inactive', $3, '{}', '{}', $4)`,
    [manifest.identifier, manifest.version, JSON.stringify(manifest), author.email],
  );
}

function refuse(body: unknown, validator: Parameters<typeof describeMismatch>[2]): MillraceError {
  return new MillraceError("invalid_request", describeMismatch("The body", body, validator));
}
