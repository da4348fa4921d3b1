import type { ModelManifest } from "./manifest.js";
import type { ManifestFile } from "./manifest-file.js";
import { parseDurationMs, parseSizeBytes } from "./quantities.js";

/** What the API gives a version that is created without. */
const defaults = { memory: "512Mi", processors: 1, timeout: "60s" } as const;

/** What a valid `model.yaml` says. @param name for a model that has none of its own. */
export function manifestOfFile(
  file: ManifestFile,
  { directory, identifier, name, runner }: Pick<ModelManifest, "directory" | "identifier" | "name" | "runner">,
): ModelManifest {
  const features = { ...file.internal?.features, ...file.features };
  return {
    identifier,
    version: file.version,
    name: file.name ?? name,
    author: file.author ?? "",
    source: file.source ?? "",
    summary: file.description?.summary ?? "",
    details: file.description?.details ?? "",
    technical: file.description?.technical ?? "",
    performance: file.description?.performance ?? "",
    releaseNotes: file.releaseNotes ?? "",
    tags: file.tags ?? [],
    metrics: (file.metrics ?? []).flatMap(({ label, type = "", value, description = "" }) =>
      label === undefined || value === undefined ? [] : [{ label, type, value, description }],
    ),
    inputs: Object.entries(file.inputs).map(([name, input]) => ({
      name,
      acceptedMediaTypes: input.acceptedMediaTypes,
      maximumSizeBytes: parseSizeBytes(input.maxSize),
      description: input.description ?? "",
    })),
    outputs: Object.entries(file.outputs).map(([name, output]) => ({
      name,
      mediaType: output.mediaType,
      maximumSizeBytes: parseSizeBytes(output.maxSize),
      description: output.description ?? "",
    })),
    memoryBytes: parseSizeBytes(file.resources?.memory?.size ?? defaults.memory),
    cpuCount: file.resources?.cpu?.count ?? defaults.processors,
    gpuCount: file.resources?.gpu?.count ?? 0,
    ...(file.resources?.network === true ? { needsNetwork: true } : {}),
    labels: file.resources?.labels ?? [],
    loadTimeoutMs: parseDurationMs(file.timeout?.status ?? defaults.timeout),
    runTimeoutMs: parseDurationMs(file.timeout?.run ?? defaults.timeout),
    maximumBatchSize: features.maxBatchSize ?? 1,
    maximumBatchDelayMs: parseDurationMs(features.maxBatchDelay ?? "0s"),
    recommended: file.internal?.recommended ?? false,
    experimental: file.internal?.experimental ?? false,
    available: file.internal?.available ?? true,
    resultsFormat: features.resultsFormat ?? null,
    explanationFormat: features.explanationFormat ?? (features.explainable === true ? "own" : null),
    ...(features.explanationBackground === undefined ? {} : { explanationBackground: features.explanationBackground }),
    directory,
    runner,
  };
}
