import type { ModelManifest } from "../manifest/manifest.js";
import type { DataItems, RunContext, RunOutcome } from "../runner.js";
import type { Outbound } from "./outbound.js";
import type { ServerKey } from "./server-keys.js";

/** A connection to a server that runs one model, in one of the protocols. */
export interface ModelConnection {
  /**
   * Asks once whether the model is loaded, and loads it where the protocol says that asking does so.
   *
   * @throws ModelRefusedError when the server answers that the model cannot be loaded; any other Error when it does not
   *   answer yet.
   */
  checkReady(signal: AbortSignal): Promise<void>;
  /** As `Engine.run`; rejects with ConnectionLostError once the server cannot be reached. */
  run(batch: readonly DataItems[], context: RunContext): Promise<RunOutcome[]>;
  /** How many inputs the server takes at once; known after `checkReady`. */
  readonly maximumBatchSize: number;
  /** Whether it holds each input to `runTimeoutMs` by itself, so that a slow one fails alone; the limit is that of a call when not given. */
  readonly limitsInputs?: boolean;
  close(): void;
}

/** Where a model server is: `http://host:port`, `grpc://host:port`, or `host:port` in the protocol's usual way. */
export type ModelAddress = string;

/**
 * Opens a connection, to any address where `outbound` is left out; nothing is sent before the first call.
 *
 * @param serverKeys the operator's, of which the connection may use the one for its address; none when left out.
 */
export type ConnectModel = (
  manifest: ModelManifest,
  address: ModelAddress,
  outbound?: Outbound,
  serverKeys?: readonly ServerKey[],
) => Promise<ModelConnection>;

/** The server answered that it will not serve this model: asking again does not help. */
export class ModelRefusedError extends Error {
  override readonly name = "ModelRefusedError";
}

/** The server no longer responds. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";
}
