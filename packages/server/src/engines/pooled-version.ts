import type { InputFailureCode } from "@millrace/contract";
import type { ModelManifest, RunOutcome } from "@millrace/runners";

/** A version as the pool runs it. */
export interface PooledVersion {
  readonly manifest: ModelManifest;
  readonly maximumEngines: number;
}

/** What became of one input, with the code of its failure. */
export type EngineOutcome =
  | Extract<RunOutcome, { succeeded: true }>
  | { readonly succeeded: false; readonly code: InputFailureCode; readonly error: string };

/** What became of one batch. */
export interface EngineRun {
  /** The engine that ran it; null when none came to an end with it. */
  readonly engine: string | null;
  readonly outcomes: readonly EngineOutcome[];
  /** Milliseconds of an engine's time: of a batch that several callers share, each has its inputs' part. */
  readonly modelMs: number;
}
