import type { Failure } from "../errors/failure.js";

/** An output as stored: small ones inline, others by their key in the blob store. */
export interface StoredOutput {
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly content: Uint8Array | null;
  readonly blobKey: string | null;
}

/** What became of an input. */
export interface StoredOutcome {
  readonly position: number;
  readonly name: string;
  readonly engine: string | null;
  /** Null when the input succeeded. */
  readonly failure: Failure | null;
  readonly sizeBytes: number;
  readonly fetchMs: number;
  /** Total of fetch, model and output. */
  readonly latencyMs: number;
  readonly startedAt: Date;
  readonly outputs: readonly StoredOutput[];
}
