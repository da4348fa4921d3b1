import type { ModelManifest, RunOutcome } from "@millrace/runners";

// Of a model of two classes, "yes" and "no".

export function outputOf(score: number): Uint8Array {
  const classPredictions = [
    { class: "yes", score },
    { class: "no", score: 1 - score },
  ];
  return new TextEncoder().encode(JSON.stringify({ data: { result: { classPredictions }, explanation: null } }));
}

export function answer(score: number): RunOutcome {
  return {
    succeeded: true,
    outputs: { "results.json": { mediaType: "application/json", bytes: outputOf(score) } },
  };
}

export const manifestOf = (mediaType: string, more: Partial<ModelManifest> = {}) =>
  ({
    identifier: "known",
    name: "Known",
    version: "1.0.0",
    inputs: [{ name: "input", acceptedMediaTypes: [mediaType], maximumSizeBytes: 1e6, description: "" }],
    resultsFormat: "classification",
    maximumBatchSize: 16,
    runner: { kind: "module" },
    ...more,
  }) as ModelManifest;
