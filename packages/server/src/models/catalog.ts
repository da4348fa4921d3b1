import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readManifest, type ModelManifest } from "@millrace/runners";
import { ConfigurationError } from "../configuration.js";
import type { Database } from "../database/transaction.js";
import { resolveManifest, type StoredVersion } from "./resolve-manifest.js";

/** The model versions that lie in this machine's models directory. */
export interface Catalog {
  readonly manifests: readonly ModelManifest[];
  /** @throws Error saying that this worker does not have the version. */
  find(identifier: string, version: string): ModelManifest;
}

/**
 * Reads every `<directory>/<model>/<version>/model.yaml`.
 *
 * @throws ConfigurationError naming the folder, when one of them is not valid or two describe the same version.
 */
export async function readCatalog(directory: string): Promise<Catalog> {
  const manifests: ModelManifest[] = [];
  for (const versionDirectory of await versionDirectories(directory)) {
    const manifest = await readManifestOf(versionDirectory);
    const twin = manifests.find(
      (other) => other.identifier === manifest.identifier && other.version === manifest.version,
    );
    if (twin !== undefined) {
      throw new ConfigurationError(
        `${twin.directory} and ${manifest.directory} are both model ${manifest.identifier} ${manifest.version}: remove one.`,
      );
    }
    manifests.push(manifest);
  }
  return {
    manifests,
    find(identifier, version) {
      const found = manifests.find((manifest) => manifest.identifier === identifier && manifest.version === version);
      if (found === undefined)
        throw new Error(
          `This worker has no files of model ${identifier} ${version}: install them in its models directory.`,
        );
      return found;
    },
  };
}

async function readManifestOf(directory: string): Promise<ModelManifest> {
  try {
    return await readManifest(directory);
  } catch (error) {
    throw new ConfigurationError((error as Error).message, { cause: error });
  }
}

async function versionDirectories(directory: string): Promise<string[]> {
  let files: string[];
  try {
    files = await readdir(directory, { recursive: true });
  } catch (error) {
    const { code = "unknown fault" } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(
      `The models directory ${directory} cannot be read (${code}): set MILLRACE_MODELS to one that can.`,
    );
  }
  return files
    .filter((file) => file.endsWith("model.yaml"))
    .sort()
    .map((file) => join(directory, file, ".."));
}

/** Writes what this server found in its models directory to the database, where jobs refer to it. */
export async function registerCatalog(database: Database, catalog: Catalog): Promise<void> {
  for (const manifest of catalog.manifests) {
    const { directory: _directory, ...described } = manifest;
    await database.query(
      `INSERT INTO millrace.model_versions (model_identifier, version, version_order, manifest, sample_input, sample_output)
       VALUES ($1, $2, string_to_array($2, '.')::int[], $3, $4, $5)
       ON CONFLICT (model_identifier, version) DO UPDATE
       SET manifest = excluded.manifest, sample_input = excluded.sample_input, sample_output = excluded.sample_output, updated_at = now()
       WHERE (model_versions.manifest::text, model_versions.sample_input::text, model_versions.sample_output::text)
         <> (excluded.manifest::text, excluded.sample_input::text, excluded.sample_output::text)`,
      [
        manifest.identifier,
        manifest.version,
        JSON.stringify(described),
        await readSample(manifest, "input"),
        await readSample(manifest, "output"),
      ],
    );
  }
}

/** `samples/input.json`: a whole submission; `samples/output.json`: a whole results body. An empty object where there is none. */
async function readSample(manifest: ModelManifest, kind: "input" | "output"): Promise<string> {
  const path = join(manifest.directory, "samples", `${kind}.json`);
  try {
    const text = await readFile(path, "utf8");
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "{}";
    throw new ConfigurationError(`${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

/** How a worker finds what a job wants to run. */
export type FindVersion = (identifier: string, version: string) => Promise<ModelManifest>;

/** Finds versions: files in the catalog, the rest in the database. */
export function createFindVersion(database: Database, catalog: Catalog): FindVersion {
  return async (identifier, version) => {
    const { rows } = await database.query<StoredVersion>(
      "SELECT manifest FROM millrace.model_versions WHERE model_identifier = $1 AND version = $2",
      [identifier, version],
    );
    if (rows[0] === undefined) throw new Error(`There is no version ${version} of model ${identifier} any more.`);
    return resolveManifest(catalog, rows[0]);
  };
}
