import { onAbort } from "./on-abort.js";

/**
 * Runs work with a signal derived from another; rejects with its reason immediately, even if the work ignores the signal.
 * Libraries put a listener on the signal for each call: on one that lives as long as a job that would be thousands.
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
