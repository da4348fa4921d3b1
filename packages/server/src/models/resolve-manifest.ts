import { tmpdir } from "node:os";
import { findContainerEngine, type ModelManifest } from "@millrace/runners";
import { FailureError } from "../errors/failure.js";
import type { Catalog } from "./catalog.js";
import type { VersionRow } from "./model-body.js";

/** A version as described by its row. */
export interface StoredVersion {
  readonly manifest: VersionRow["manifest"];
}

/** The location of a version's files, according to its row. */
export interface VersionFiles {
  readonly identifier: string;
  readonly version: string;
  readonly runner: ModelManifest["runner"];
  /** Whether its archive is in the blob store, where every machine can fetch it. */
  readonly isDeployed: boolean;
}

/** Whether this machine has or can fetch what a version needs: its files, or a container engine for its image. */
export async function hasFiles(
  catalog: Catalog,
  { identifier, version, runner, isDeployed }: VersionFiles,
): Promise<boolean> {
  if (isDeployed) return true;
  if (runner.kind === "container") return (await findContainerEngine()) !== undefined;
  const place = runner.kind === "served" ? runner : { identifier, version };
  return catalog.entries.some(
    ({ manifest }) => manifest.identifier === place["identifier"] && manifest.version === place["version"],
  );
}

/**
 * Resolves what an engine is started with: the version's own files, those of the version that serves it, or its container
 * image, which implements the gRPC contract.
 *
 * @throws FailureError saying why this machine cannot run the version and how to fix it.
 */
export async function resolveManifest(catalog: Catalog, { manifest }: StoredVersion): Promise<ModelManifest> {
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
  if (runner.kind !== "container") return catalog.find(manifest.identifier, manifest.version);
  const model = `${manifest.name} ${manifest.version}`;
  if (runner["image"] === undefined)
    throw new FailureError(
      "model.not_installed",
      `${model} has no container image: POST its reference to container-image first.`,
    );
  if ((await findContainerEngine()) === undefined)
    throw new FailureError(
      "model.not_installed",
      `${model} is a container image, but neither docker nor podman responds on this machine: start one, send the reference ` +
        "millrace/<identifier>:<version> of a model version whose files this server has, or put its files into the models directory.",
    );
  return { ...manifest, directory: tmpdir(), runner: { kind: "grpc-container", image: runner["image"] } };
}
