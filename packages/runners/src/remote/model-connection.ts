import type { ModelManifest } from "../manifest/manifest.js";
import type { DataItems, RunContext, RunOutcome } from "../runner.js";
import type { Outbound } from "./outbound.js";

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
  close(): void;
}

/** Where a model server is: `http://host:port`, `grpc://host:port`, or `host:port` in the protocol's usual way. */
export type ModelAddress = string;

/** Opens a connection, to any address where `outbound` is left out; nothing is sent before the first call. */
export type ConnectModel = (
  manifest: ModelManifest,
  address: ModelAddress,
  outbound?: Outbound,
) => Promise<ModelConnection>;

/** The server answered that it will not serve this model: asking again does not help. */
export class ModelRefusedError extends Error {
  override readonly name = "ModelRefusedError";
}

/** The server no longer responds. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";
}
