import { startEngine, type ModelPolicy, type Outbound } from "@millrace/runners";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { LoadManifest } from "../models/load-manifest.js";
import { unknownVersion, type VersionReference } from "../models/version-reference.js";

/**
 * Checks that a version can be loaded: starts an engine and closes it again.
 *
 * @throws MillraceError `not_found`; `invalid_request` with the reason why it cannot be loaded.
 */
export async function loadVersion(
  database: Database,
  loadManifest: LoadManifest,
  outbound: Outbound,
  reference: VersionReference,
  policy: ModelPolicy,
): Promise<void> {
  const { rows } = await database.query(
    "SELECT 1 FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version],
  );
  if (rows.length === 0) throw unknownVersion(reference);
  try {
    const manifest = await loadManifest(reference.model, reference.version);
    const engine = await startEngine(manifest, {
      signal: new AbortController().signal,
      outbound,
      name: `load-test-${reference.model}`,
      policy,
    });
    await engine.close();
  } catch (error) {
    throw new MillraceError("invalid_request", (error as Error).message, { cause: error });
  }
  await database.query(
    "UPDATE millrace.model_versions SET loaded_at = now(), updated_at = now() WHERE model_identifier = $1 AND version = $2",
    [reference.model, reference.version],
  );
}
