import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { Catalog } from "./catalog.js";
import { unknownVersion, type VersionReference } from "./version-reference.js";
import type { DeployedModels, StoredArchive } from "./deployed-models.js";

/**
 * Deletes a version and its archive. Results of its jobs are kept.
 *
 * @throws MillraceError `not_found`; `conflict` while the version is active or deprecated, has unfinished jobs, or is in the
 *   models directory, from which it would be registered again.
 */
export async function removeVersion(
  parts: { readonly database: Database; readonly catalog: Catalog; readonly deployed: DeployedModels },
  reference: VersionReference,
): Promise<void> {
  const { model, version } = reference;
  const { rows } = await parts.database.query<{ status: string; archive: StoredArchive | null; unfinished: number }>(
    `SELECT status, archive, (SELECT count(*) FROM millrace.jobs WHERE model_identifier = $1 AND model_version = $2 AND ended_at IS NULL) AS unfinished
     FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2`,
    [model, version],
  );
  const [found] = rows;
  if (found === undefined) throw unknownVersion(reference);
  const refuse = (reason: string) =>
    new MillraceError("conflict", `Version ${version} of model ${model} cannot be deleted: ${reason}.`);
  const isOfDirectory = found.archive === null;
  if (
    isOfDirectory &&
    parts.catalog.entries.some(({ manifest }) => manifest.identifier === model && manifest.version === version)
  )
    throw refuse("its files are in this server's models directory; remove them there and restart");
  if (found.status !== "inactive") throw refuse(`its status is ${found.status}; PATCH it to inactive first`);
  if (found.unfinished > 0)
    throw refuse(`${found.unfinished} of its jobs have not ended; wait for them, or cancel them`);
  await parts.database.query("DELETE FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2", [
    model,
    version,
  ]);
  if (found.archive !== null) await parts.deployed.remove(found.archive);
}
