import { createHash } from "node:crypto";
import type { VersionRow } from "./model-body.js";

/** The part of a version's description that determines its behaviour; the rest is information for people. */
export function behaviourOf(manifest: VersionRow["manifest"]): Readonly<Record<string, unknown>> {
  const { inputs, outputs, memoryBytes, cpuCount, gpuCount, loadTimeoutMs, runTimeoutMs, runner } = manifest;
  const { maximumBatchSize, maximumBatchDelayMs = 0, resultsFormat, explanationFormat } = manifest;
  return {
    inputs: inputs.map(({ name, acceptedMediaTypes, maximumSizeBytes }) => [
      name,
      acceptedMediaTypes,
      maximumSizeBytes,
    ]),
    outputs: outputs.map(({ name, mediaType, maximumSizeBytes }) => [name, mediaType, maximumSizeBytes]),
    timeout: [loadTimeoutMs, runTimeoutMs],
    resources: [memoryBytes, cpuCount, gpuCount],
    features: [maximumBatchSize, maximumBatchDelayMs, resultsFormat, explanationFormat],
    runner,
  };
}

/**
 * Distinguishes deployments of the same version.
 *
 * @param archiveSha256 of the archive with its files, if any.
 */
export function revisionOf(manifest: VersionRow["manifest"], archiveSha256 = ""): string {
  return createHash("sha256")
    .update(JSON.stringify([behaviourOf(manifest), archiveSha256]))
    .digest("hex");
}
