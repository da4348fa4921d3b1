import type { ModelManifest } from "@millrace/runners";
import type { Caller } from "../accounts/caller.js";
import { createParameters } from "../database/parameters.js";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { explainableOf } from "./explainable.js";
import type { VersionRow } from "./model-body.js";
import { visibleModels } from "./visible-models.js";

export interface RunnableVersion {
  readonly identifier: string;
  readonly version: string;
  readonly name: string;
  readonly isImageClassification: boolean;
  /** Determines how the version can be explained. */
  readonly manifest: Pick<ModelManifest, "inputs" | "resultsFormat" | "explanationFormat">;
}

/**
 * Finds the version that a job wants to run.
 *
 * @throws MillraceError `not_found` for an unknown model or version, `conflict` for an inactive one.
 */
export async function requireRunnableVersion(
  database: Database,
  caller: Caller,
  identifier: string,
  version: string,
  mayBeInactive: boolean,
): Promise<RunnableVersion> {
  const parameters = createParameters(identifier);
  const { rows } = await database.query<{ version: string; status: string; manifest: VersionRow["manifest"] }>(
    prepared(
      `SELECT version, status, manifest
     FROM millrace.model_versions v WHERE model_identifier = $1 AND ${visibleModels(caller, "v", parameters)} ORDER BY version_order`,
      parameters.values,
    ),
  );
  if (rows.length === 0) {
    throw new MillraceError(
      "not_found",
      `model.identifier: unknown model ${JSON.stringify(identifier)}. GET /api/models lists all models.`,
    );
  }
  const found = rows.find((row) => row.version === version);
  if (found === undefined) {
    const known = rows.map((row) => row.version).join(", ");
    throw new MillraceError(
      "not_found",
      `model.version: model ${identifier} has no version ${JSON.stringify(version)}; it has ${known}.`,
    );
  }
  if (found.status === "inactive" && !mayBeInactive) {
    throw new MillraceError(
      "conflict",
      `model.version: version ${version} of model ${identifier} is not released (its status is ${found.status}).`,
    );
  }
  const { manifest } = found;
  return {
    identifier,
    version,
    name: manifest.name,
    isImageClassification: explainableOf(manifest)?.kind === "image",
    manifest,
  };
}
