import type { ModelManifest } from "@millrace/runners";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { FailureError } from "../errors/failure.js";
import { revisionOf } from "./behaviour.js";
import type { Catalog } from "./catalog.js";
import type { DeployedModels, StoredArchive } from "./deployed-models.js";
import { resolveManifest, type StoredVersion } from "./resolve-manifest.js";

/** Loads the manifest that an engine is started with. */
export type LoadManifest = (identifier: string, version: string) => Promise<ModelManifest>;

/** Loads manifests of versions: descriptions from the database, files from the catalog or the deployed archive. */
export function createLoadManifest(database: Database, catalog: Catalog, deployed: DeployedModels): LoadManifest {
  return async (identifier, version) => {
    const { rows } = await database.query<StoredVersion & { archive: StoredArchive | null }>(
      prepared("SELECT manifest, archive FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2", [
        identifier,
        version,
      ]),
    );
    const [found] = rows;
    if (found === undefined)
      throw new FailureError("model.not_found", `Version ${version} of model ${identifier} was deleted.`);
    const { manifest, archive } = found;
    const revision = revisionOf(manifest, archive?.sha256);
    if (archive === null) return { ...(await resolveManifest(catalog, found)), revision, isOperators: true };
    return { ...manifest, revision, isOperators: false, directory: await deployed.directoryOf(archive) };
  };
}
