import type { ModelManifest } from "../src/index.js";

/** A manifest for a test's own model. */
export const exampleManifest = (
  overrides: Partial<ModelManifest> & Pick<ModelManifest, "directory" | "runner">,
): ModelManifest => ({
  identifier: "abcdefghij",
  version: "1.0.0",
  name: "Example",
  author: "",
  source: "",
  summary: "",
  details: "",
  technical: "",
  performance: "",
  releaseNotes: "",
  tags: [],
  metrics: [],
  inputs: [{ name: "input", acceptedMediaTypes: ["*/*"], maximumSizeBytes: 1_000, description: "" }],
  outputs: [{ name: "results.json", mediaType: "application/json", maximumSizeBytes: 1_000, description: "" }],
  memoryBytes: 128 * 2 ** 20,
  cpuCount: 1,
  gpuCount: 0,
  labels: [],
  loadTimeoutMs: 300_000,
  runTimeoutMs: 300_000,
  maximumBatchSize: 8,
  recommended: false,
  experimental: false,
  available: true,
  resultsFormat: null,
  explanationFormat: null,
  ...overrides,
});
