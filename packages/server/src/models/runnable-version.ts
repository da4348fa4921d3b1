import type { ModelManifest } from "@millrace/runners";
import { LRUCache } from "lru-cache";
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
  /** Of its row: another one, once anything about the version has changed. */
  readonly revision: string;
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
  const { rows } = await database.query<{
    version: string;
    status: string;
    manifest: VersionRow["manifest"];
    xmin: string;
  }>(
    prepared(
      `SELECT version, status, manifest, xmin
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
    revision: found.xmin,
    isImageClassification: explainableOf(manifest)?.kind === "image",
    manifest,
  };
}

/** Finds versions that jobs want to run, and remembers them: whoever uses one checks its revision, and who may see it. */
export interface RunnableVersions {
  /** @throws MillraceError as {@link requireRunnableVersion}. */
  find(caller: Caller, identifier: string, version: string): Promise<RunnableVersion>;
  /** Looks it up again the next time. */
  forget(identifier: string, version: string): void;
}

const mostRemembered = 500;

export function createRunnableVersions(database: Database): RunnableVersions {
  const remembered = new LRUCache<string, RunnableVersion>({ max: mostRemembered });
  const keyOf = (identifier: string, version: string) => JSON.stringify([identifier, version]);
  return {
    async find(caller, identifier, version) {
      const key = keyOf(identifier, version);
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const found = await requireRunnableVersion(database, caller, identifier, version, false);
      const { inputs, resultsFormat, explanationFormat } = found.manifest;
      // The rest of a manifest can be large.
      remembered.set(key, { ...found, manifest: { inputs, resultsFormat, explanationFormat } });
      return found;
    },
    forget: (identifier, version) => void remembered.delete(keyOf(identifier, version)),
  };
}
