import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { onAbort } from "../lifecycle/on-abort.js";
import { retryTransient } from "../lifecycle/retry-transient.js";
import { BlobStoreError, type BlobStore } from "./blob-store.js";

const longestMs = 60_000;

/**
 * Retries a blob store operation for about a minute while the store is unavailable, so that its restart fails no input. Errors that
 * waiting cannot fix are thrown immediately.
 *
 * @throws what the last attempt threw; the signal's reason when aborted.
 */
export function forAMinute<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  const startedAt = performance.now();
  const attempt = async (): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BlobStoreError) || performance.now() - startedAt < longestMs) throw error;
      throw new BlobStoreError(error.message, error.isMissing, false, { cause: error });
    }
  };
  return retryTransient(attempt, { signal, attempts: 1_000, firstDelayMs: 500, maximumDelayMs: 5_000 });
}

/** A whole blob in memory. @throws as {@link forAMinute} does. */
export function readWhole(blobs: BlobStore, key: string, signal: AbortSignal): Promise<Buffer> {
  return forAMinute(async () => {
    const { stream } = await blobs.read(key, signal);
    return readToEnd(stream, signal);
  }, signal);
}

async function readToEnd(stream: Readable, signal: AbortSignal): Promise<Buffer> {
  const stopListening = onAbort(signal, (reason) => stream.destroy(reason as Error));
  try {
    return await buffer(stream);
  } catch (error) {
    signal.throwIfAborted();
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new BlobStoreError(`The blob store stopped in the middle of a blob (${code}).`, false, true, {
      cause: error,
    });
  } finally {
    stopListening();
  }
}
