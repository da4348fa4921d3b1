import { createHash } from "node:crypto";
import type { VersionRow } from "./model-body.js";

/** What a version does, as far as its description decides it; the rest is what people read about it. */
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
 * What distinguishes two deployments of one version.
 *
 * @param archiveSha256 of the archive with its files, if it has one.
 */
export function revisionOf(manifest: VersionRow["manifest"], archiveSha256 = ""): string {
  return createHash("sha256")
    .update(JSON.stringify([behaviourOf(manifest), archiveSha256]))
    .digest("hex");
}
