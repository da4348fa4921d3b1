import { onAbort } from "./on-abort.js";

/**
 * Runs work with a derived signal; rejects with the signal's reason immediately, even if the work ignores it. Libraries add a
 * listener per call, which would pile up to thousands on a signal that lives as long as a job.
 */
export async function untilAborted<Result>(
  signal: AbortSignal | undefined,
  work: (own: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const own = new AbortController();
  if (signal === undefined) return work(own.signal);
  signal.throwIfAborted();
  let stopListening = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stopListening = onAbort(signal, (reason) => {
      own.abort(reason);
      reject(reason as Error);
    });
  });
  try {
    return await Promise.race([work(own.signal), aborted]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stopListening();
  }
}
