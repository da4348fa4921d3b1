/** One data item that a model takes. */
export interface ManifestInput {
  readonly name: string;
  readonly acceptedMediaTypes: readonly string[];
  readonly maximumSizeBytes: number;
  readonly description: string;
}

/** One output that a model returns. */
export interface ManifestOutput {
  readonly name: string;
  readonly mediaType: string;
  readonly maximumSizeBytes: number;
  readonly description: string;
}

/** A measured property of a model version, as its card states it. */
export interface ManifestMetric {
  readonly label: string;
  readonly type: string;
  readonly value: number;
  readonly description: string;
}

/** A released model version, as its `model.yaml` describes it, with every size in bytes and every time in milliseconds. */
export interface ModelManifest {
  /** Ten lower-case letters and digits; the same for all versions of a model. */
  readonly identifier: string;
  /** Three integers with dots. */
  readonly version: string;
  readonly name: string;
  readonly author: string;
  readonly source: string;
  readonly summary: string;
  readonly details: string;
  readonly technical: string;
  readonly performance: string;
  readonly releaseNotes: string;
  readonly tags: readonly string[];
  readonly metrics: readonly ManifestMetric[];
  readonly inputs: readonly ManifestInput[];
  readonly outputs: readonly ManifestOutput[];
  readonly memoryBytes: number;
  readonly cpuCount: number;
  readonly gpuCount: number;
  /** Whether its code connects to other machines; false when not given. */
  readonly needsNetwork?: boolean;
  /** What a worker must be labelled with to run it. */
  readonly labels: readonly string[];
  readonly loadTimeoutMs: number;
  readonly runTimeoutMs: number;
  readonly maximumBatchSize: number;
  /** How long an input may wait for others to share its batch while an engine is free; it does not wait when not given. */
  readonly maximumBatchDelayMs?: number;
  readonly recommended: boolean;
  readonly experimental: boolean;
  readonly available: boolean;
  /** The form of `results.json`, "classification" for class scores; null when it is the model's own. */
  readonly resultsFormat: string | null;
  /** Format of the model's own explanations; null if it returns none. */
  readonly explanationFormat: string | null;
  /** A file in the model's folder: a JSON array of typical rows, which replace hidden columns when a row is explained. */
  readonly explanationBackground?: string;
  /** Tells two deployments of the same version apart: other files or another description, another text. */
  readonly revision?: string;
  /** Whether the operator put it on this machine, in which case its server may be at any address; false for what callers deployed. */
  readonly isOperators?: boolean;
  /** Whether `runner` was checked before the engine's process started, which then loads no schemas; false when not given. */
  readonly hasCheckedSettings?: boolean;
  /** Absolute path of the folder that `model.yaml` is in. */
  readonly directory: string;
  readonly runner: { readonly kind: string } & RunnerSettings;
}

/** The `runner` part of a `model.yaml`; `kind` chooses the runner, the rest is its own. */
export type RunnerSettings = Readonly<Record<string, unknown>>;
