import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkModel,
  ModelCheckError,
  readTextFile,
  unlessMissing,
  type CheckedModel,
  type CheckOptions,
  type ModelPolicy,
  type Outbound,
} from "@millrace/runners";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { Author } from "./create-version.js";
import type { DeployedModels } from "./deployed-models.js";
import { claimIdentifier } from "./model-owner.js";
import { piecesOf, unpackArchive } from "./unpack-archive.js";

interface DeployParts {
  readonly database: Database;
  readonly deployed: DeployedModels;
  /** Addresses that the model may use. */
  readonly outbound: Outbound;
  readonly modelPolicy: ModelPolicy;
}

/**
 * Deploys a model version from an archive of its folder: reads its `model.yaml`, loads it, runs its samples, compares the
 * outputs, and activates it. The version is usable when this resolves; a failed deployment leaves nothing behind.
 *
 * @returns the reference of the version, and what looks like a mistake in its `model.yaml`.
 * @throws MillraceError `invalid_request` naming the step that failed and why; `conflict` when the version exists or another
 *   account owns the identifier; `payload_too_large`.
 */
export async function deployArchive(
  { database, deployed, outbound, modelPolicy }: DeployParts,
  bytes: Uint8Array,
  author: Author,
  signal: AbortSignal,
): Promise<{ model: string; version: string; warnings: readonly string[] }> {
  const scratch = await mkdtemp(join(tmpdir(), `millrace-deploy-${process.pid}-`));
  try {
    const { directory, sha256 } = await unpackArchive(piecesOf(bytes), join(scratch, "model"), { signal });
    const checked = await check(directory, { outbound, policy: modelPolicy, signal });
    const { directory: _directory, ...manifest } = checked.manifest;
    const place = { identifier: manifest.identifier, version: manifest.version };
    await refuseKnown(database, place);
    await claimIdentifier(database, place.identifier, author.accountIdentifier);
    const archive = await deployed.store(place, bytes, sha256);
    const { rowCount } = await database.query(
      `INSERT INTO millrace.model_versions
         (model_identifier, version, version_order, status, manifest, sample_input, sample_output, created_by_email, loaded_at, archive)
       VALUES ($1, $2, string_to_array($2, '.')::int[], 'active', $3, $4, $5, $6, now(), $7)
       ON CONFLICT (model_identifier, version) DO NOTHING`,
      [
        place.identifier,
        place.version,
        JSON.stringify({ ...manifest, resultsFormat: checked.resultsFormat }),
        checked.submission,
        await sampleOutput(directory, checked),
        author.email,
        JSON.stringify(archive),
      ],
    );
    if (rowCount === 0) {
      await deployed.remove(archive);
      throw known(place);
    }
    return { model: place.identifier, version: place.version, warnings: checked.warnings };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function check(directory: string, options: CheckOptions): Promise<CheckedModel> {
  try {
    return await checkModel(directory, options);
  } catch (error) {
    if (error instanceof ModelCheckError) throw new MillraceError("invalid_request", error.message, { cause: error });
    throw error;
  }
}

async function refuseKnown(database: Database, place: { identifier: string; version: string }): Promise<void> {
  const { rows } = await database.query(
    "SELECT 1 FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [place.identifier, place.version],
  );
  if (rows.length > 0) throw known(place);
}

function known({ identifier, version }: { identifier: string; version: string }): MillraceError {
  return new MillraceError(
    "conflict",
    `Model ${identifier} already has version ${version}, and versions cannot change: increase "version" in model.yaml, or deactivate and delete the old one.`,
  );
}

/** The sample output from the archive or, if missing, the actual outputs of the samples. */
async function sampleOutput(directory: string, { answers }: CheckedModel): Promise<string> {
  const own = await unlessMissing(readTextFile(join(directory, "samples", "output.json")));
  return own ?? JSON.stringify({ jobIdentifier: randomUUID(), finished: true, results: answers, failures: {} });
}
