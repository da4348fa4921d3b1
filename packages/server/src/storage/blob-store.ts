import type { Readable } from "node:stream";
import { FailureError } from "../errors/failure.js";

/**
 * Where outputs live that are too large, or not of a kind, for the database. Keys are slash-separated safe names. A signal that is
 * aborted ends what it was given to at once, with its reason, also when the store hangs.
 */
export interface BlobStore {
  /**
   * Checks at startup that the store works.
   *
   * @throws BlobStoreError if it cannot store anything.
   */
  check(signal?: AbortSignal): Promise<void>;
  /**
   * Durable when it resolves; replaces what was there.
   *
   * @throws BlobStoreError
   */
  put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** @throws BlobStoreError; `isMissing` when there is no such blob. What reads the stream destroys it when aborted. */
  read(key: string, signal?: AbortSignal): Promise<{ readonly sizeBytes: number; readonly stream: Readable }>;
  /**
   * Removes a blob, or everything under a prefix; a missing one is not an error.
   *
   * @throws BlobStoreError
   */
  remove(keyOrPrefix: string, signal?: AbortSignal): Promise<void>;
}

/** A blob store operation failed; the message says what to check and contains no secrets. */
export class BlobStoreError extends FailureError {
  override readonly name = "BlobStoreError";

  constructor(
    message: string,
    /** The store works, but has no such blob. */
    readonly isMissing: boolean,
    /** Retrying may succeed. */
    readonly isTransient: boolean,
    options?: ErrorOptions,
  ) {
    super(isMissing ? "storage.not_found" : "storage.unavailable", message, options);
  }
}
