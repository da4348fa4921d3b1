import type { ModelManifest } from "@millrace/runners";
import type { Catalog } from "./catalog.js";
import type { VersionRow } from "./model-body.js";

/** A version as its row describes it. */
export interface StoredVersion {
  readonly manifest: VersionRow["manifest"];
}

/** Where the files of a version are, as its row says. */
export interface VersionFiles {
  readonly identifier: string;
  readonly version: string;
  readonly runner: ModelManifest["runner"];
  /** Whether its archive is in the blob store, from where every machine gets it. */
  readonly isDeployed: boolean;
}

/** Whether the files that a version needs are on this machine. */
export function hasFiles(catalog: Catalog, { identifier, version, runner, isDeployed }: VersionFiles): boolean {
  if (isDeployed || runner.kind === "container") return true;
  const place = runner.kind === "served" ? runner : { identifier, version };
  return catalog.entries.some(
    ({ manifest }) => manifest.identifier === place["identifier"] && manifest.version === place["version"],
  );
}

/**
 * What an engine of a version is started with: the version's own files, or those of the version that serves it.
 *
 * @throws Error with a sentence that says why this machine cannot run it and what to do.
 */
export function resolveManifest(catalog: Catalog, { manifest }: StoredVersion): ModelManifest {
  const { runner } = manifest;
  if (runner.kind === "served") {
    const served = catalog.find(String(runner["identifier"]), String(runner["version"]));
    const { directory, runner: own, maximumBatchSize, inputs } = served;
    return {
      ...manifest,
      directory,
      runner: own,
      maximumBatchSize,
      inputs: manifest.inputs.length === inputs.length ? inputs : manifest.inputs,
    };
  }
  if (runner.kind === "container") {
    throw new Error(
      `${manifest.name} ${manifest.version} is a container image, and no container engine runs here: give the reference ` +
        "millrace/<identifier>:<version> of a model version that this server has files of, or put its files into the models directory.",
    );
  }
  return catalog.find(manifest.identifier, manifest.version);
}
