import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readManifest, readTestCases, readTextFile, unlessMissing, type ModelManifest } from "@millrace/runners";
import type { Database } from "../database/transaction.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { FailureError } from "../errors/failure.js";
import type { Log } from "../telemetry/log.js";
import { claimIdentifier } from "./model-owner.js";

/** The model versions in this machine's models directory. */
export interface Catalog {
  readonly entries: readonly CatalogEntry[];
  /** @throws Error when this worker does not have the version. */
  find(identifier: string, version: string): ModelManifest;
}

/** Hears of models that are skipped. */
interface FaultLog {
  error(fields: object, message: string): void;
}

interface CatalogEntry {
  readonly manifest: ModelManifest;
  readonly samples: Readonly<Record<"input" | "output", string>>;
}

/**
 * Reads every `<directory>/<model>/<version>/model.yaml`. An invalid or duplicate one is skipped and logged, so that the other
 * models still run.
 *
 * @throws ConfigurationError when the directory cannot be read.
 */
export async function readCatalog(directory: string, log: FaultLog): Promise<Catalog> {
  const entries: CatalogEntry[] = [];
  for (const versionDirectory of await versionDirectories(directory)) {
    try {
      const entry = await readEntry(versionDirectory);
      refuseTwin(entry, entries);
      entries.push(entry);
    } catch (error) {
      log.error({ directory: versionDirectory }, `Model skipped: ${(error as Error).message}`);
    }
  }
  return {
    entries,
    find(identifier, version) {
      const found = entries.find(
        ({ manifest }) => manifest.identifier === identifier && manifest.version === version,
      )?.manifest;
      if (found === undefined)
        throw new FailureError(
          "model.not_installed",
          `This worker has no files for model ${identifier} ${version}: install them in its models directory.`,
        );
      return found;
    },
  };
}

async function readEntry(directory: string): Promise<CatalogEntry> {
  const manifest = await readManifest(directory);
  return {
    manifest,
    samples: { input: await readSampleInput(manifest), output: await readSample(manifest, "output") },
  };
}

function refuseTwin({ manifest }: CatalogEntry, entries: readonly CatalogEntry[]): void {
  const twin = entries.find(
    ({ manifest: other }) => other.identifier === manifest.identifier && other.version === manifest.version,
  );
  if (twin === undefined) return;
  throw new Error(
    `${twin.manifest.directory} and ${manifest.directory} are both model ${manifest.identifier} ${manifest.version}: remove one.`,
  );
}

async function versionDirectories(directory: string): Promise<string[]> {
  let files: string[];
  try {
    files = await readdir(directory, { recursive: true });
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(
      `The models directory ${directory} cannot be read (${code}): set MILLRACE_MODELS to a readable directory.`,
    );
  }
  return files
    .filter((file) => file.endsWith("model.yaml"))
    .sort()
    .map((file) => join(directory, file, ".."));
}

/**
 * Stores the contents of this server's models directory in the database, for jobs to refer to. A version already created
 * through the API is kept, and the conflict logged.
 */
export async function registerCatalog(database: Database, catalog: Catalog, log: Log): Promise<void> {
  for (const { manifest, samples } of catalog.entries) {
    if (await isMadeThroughApi(database, manifest)) {
      const { directory, identifier, version } = manifest;
      log.error(
        { directory },
        `Model skipped: version ${version} of model ${identifier} was already deployed through the API; increase the version in ${directory}/model.yaml, or delete the deployed one.`,
      );
      continue;
    }
    await claimIdentifier(database, manifest.identifier, null);
    const { directory: _directory, ...described } = manifest;
    await database.query(
      `INSERT INTO millrace.model_versions (model_identifier, version, version_order, manifest, sample_input, sample_output)
       VALUES ($1, $2, string_to_array($2, '.')::int[], $3, $4, $5)
       ON CONFLICT (model_identifier, version) DO UPDATE
       SET manifest = excluded.manifest, sample_input = excluded.sample_input, sample_output = excluded.sample_output, updated_at = now()
       WHERE model_versions.created_by_email IS NULL AND (model_versions.manifest::text, model_versions.sample_input::text, model_versions.sample_output::text)
         <> (excluded.manifest::text, excluded.sample_input::text, excluded.sample_output::text)`,
      [manifest.identifier, manifest.version, JSON.stringify(described), samples.input, samples.output],
    );
  }
}

async function isMadeThroughApi(
  database: Database,
  { identifier, version }: Pick<ModelManifest, "identifier" | "version">,
): Promise<boolean> {
  const { rows } = await database.query(
    `SELECT 1 FROM millrace.model_versions
     WHERE model_identifier = $1 AND version = $2 AND (archive IS NOT NULL OR created_by_email IS NOT NULL)`,
    [identifier, version],
  );
  return rows.length > 0;
}

/** As `samples/input.json` has it; of published models, whose samples are in `test_cases/`, a submission of those. */
async function readSampleInput(manifest: ModelManifest): Promise<string> {
  const written = await readSample(manifest, "input");
  return written === "{}" ? JSON.stringify((await readTestCases(manifest))?.submission ?? {}) : written;
}

/** `samples/input.json` is a complete submission, `samples/output.json` a complete results body. An empty object if missing. */
async function readSample(manifest: ModelManifest, kind: "input" | "output"): Promise<string> {
  const path = join(manifest.directory, "samples", `${kind}.json`);
  try {
    const text = await unlessMissing(readTextFile(path));
    return text === undefined ? "{}" : JSON.stringify(JSON.parse(text));
  } catch (error) {
    throw new Error(`${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}
