import pRetry from "p-retry";
import { onAbort } from "./on-abort.js";

export interface RetryOptions {
  /** Ends the waiting and the trying; the result then rejects with its reason. */
  readonly signal: AbortSignal;
  /** How often the operation is tried in all; default 5. */
  readonly attempts?: number;
  /** The longest wait before the second attempt, doubled for each one after; default 200. */
  readonly firstDelayMs?: number;
  /** No wait is longer; default 10,000. */
  readonly maximumDelayMs?: number;
  /** How to wait; a timer when left out. */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 to 1; Math.random when left out. */
  readonly random?: () => number;
}

// A server that asks for a longer pause than this is asked again nevertheless.
const maximumRetryAfterMs = 30_000;

/**
 * Runs an operation again while it rejects with an error whose `isTransient` is true, waiting between attempts for a random
 * part of a bound that doubles ("full jitter": many clients that failed together do not come back together, see
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and at least its `retryAfterMs`, up to 30 s.
 *
 * @throws what the last attempt threw; when there were several, its message says how many
 */
export async function retryTransient<Result>(
  operation: (attempt: number) => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  const { signal, attempts = 5, firstDelayMs = 200, maximumDelayMs = 10_000 } = options;
  const wait = options.wait ?? waitByTimer;
  const random = options.random ?? Math.random;
  let attemptsMade = 0;
  try {
    signal.throwIfAborted();
    const firstAttempt = operation(++attemptsMade);
    // Nearly every operation succeeds at once; what follows costs as much as fetching a small object.
    const outcome = await firstAttempt.then(
      (result) => ({ result }),
      (reason: unknown) => ({ reason }),
    );
    if ("result" in outcome) return outcome.result;
    return await pRetry(
      (attempt) => {
        if (attempt === 1) throw outcome.reason;
        attemptsMade = attempt;
        return operation(attempt);
      },
      {
        retries: attempts - 1,
        // p-retry's own delays know no full jitter; shouldRetry does the waiting.
        minTimeout: 0,
        maxTimeout: 0,
        signal,
        shouldRetry: async ({ error, attemptNumber }) => {
          if (!isTransient(error)) return false;
          signal.throwIfAborted();
          const backoffMs = random() * Math.min(maximumDelayMs, firstDelayMs * 2 ** (attemptNumber - 1));
          await wait(Math.max(backoffMs, Math.min(error.retryAfterMs ?? 0, maximumRetryAfterMs)), signal);
          return true;
        },
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (attemptsMade > 1 && error instanceof Error)
      error.message = `${error.message.replace(/\.$/, "")} (tried ${attemptsMade} times).`;
    throw error;
  }
}

interface TransientError {
  readonly isTransient: true;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs?: number | null;
}

function isTransient(error: unknown): error is TransientError {
  return typeof error === "object" && error !== null && "isTransient" in error && error.isTransient === true;
}

function waitByTimer(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stopListening();
      resolve();
    }, delayMs);
    const stopListening = onAbort(signal, (reason) => {
      clearTimeout(timer);
      reject(reason as Error);
    });
  });
}
