import type { InputFailureCode } from "@millrace/contract";
import type { ModelManifest, RunOutcome } from "@millrace/runners";

/** A version as run by the pool. */
export interface PooledVersion {
  readonly manifest: ModelManifest;
  readonly maximumEngines: number;
}

/** Outcome of one input, with the error code if it failed. */
export type EngineOutcome =
  | Extract<RunOutcome, { succeeded: true }>
  | { readonly succeeded: false; readonly code: InputFailureCode; readonly error: string };

/** Outcome of one batch. */
export interface EngineRun {
  /** The engine that ran it; null when no engine completed it. */
  readonly engine: string | null;
  readonly outcomes: readonly EngineOutcome[];
  /** Engine time in ms. When several callers share a batch, each gets the share of its inputs. */
  readonly modelMs: number;
}
