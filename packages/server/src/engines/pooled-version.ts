import type { ModelManifest, RunOutcome } from "@millrace/runners";

/** A version as the pool runs it. */
export interface PooledVersion {
  readonly manifest: ModelManifest;
  readonly maximumEngines: number;
}

/** What became of one batch. */
export interface EngineRun {
  /** The engine that ran it; null when none came to an end with it. */
  readonly engine: string | null;
  readonly outcomes: readonly RunOutcome[];
}
