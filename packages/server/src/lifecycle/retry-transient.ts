import pRetry from "p-retry";
import { onAbort } from "./on-abort.js";

export interface RetryOptions {
  /** Stops waiting and retrying; the result then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Total number of attempts; default 5. */
  readonly attempts?: number;
  /** Maximum delay before the second attempt, doubled for each further one; default 200. */
  readonly firstDelayMs?: number;
  /** Upper bound for any delay; default 10,000. */
  readonly maximumDelayMs?: number;
  /** Waits for a delay; a timer by default. */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** Returns a number from 0 to 1; Math.random by default. */
  readonly random?: () => number;
}

// If a server asks for a longer delay than this, retry earlier anyway.
const maximumRetryAfterMs = 30_000;

/**
 * Retries an operation while it rejects with an error whose `isTransient` is true. Each delay is a random part of a bound that
 * doubles ("full jitter": clients that failed together do not retry together, see
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and at least the error's `retryAfterMs`, up to
 * 30 s.
 *
 * @throws the error of the last attempt; after several attempts, its message says how many.
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
    // Nearly every operation succeeds at once; the code below costs as much as fetching a small object.
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
        // p-retry does not support full jitter; shouldRetry does the waiting.
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
  /** How long the server asks clients to wait. */
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
