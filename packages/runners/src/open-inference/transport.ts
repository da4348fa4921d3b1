import type { Tensor } from "./tensor.js";

/** What the two transports of the protocol have in common. */
export interface OpenInferenceTransport {
  /** @throws Error when the server or the model is not ready. */
  checkReady(signal: AbortSignal): Promise<void>;
  /** The names of the tensors that the model takes; undefined when the server does not say. */
  inputNames(signal: AbortSignal): Promise<readonly string[] | undefined>;
  infer(inputs: readonly Tensor[], outputs: readonly string[], signal: AbortSignal): Promise<readonly Tensor[]>;
  close(): void;
}
