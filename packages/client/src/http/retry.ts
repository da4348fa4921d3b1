import { ApiError, ConnectionError, TimeoutError } from "../errors.js";
import { sleep } from "./sleep.js";

const retryableStatusCodes: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const firstBackoffMs = 200;
const longestBackoffMs = 8_000;
// If the server asks for a longer wait, let the caller decide.
const longestRetryAfterMs = 30_000;

/** Whether the same request may succeed later: there was no response, or the server is temporarily unavailable. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return retryableStatusCodes.has(error.statusCode);
  // A response that is not JSON did not come from Millrace.
  return error instanceof TimeoutError || (error instanceof ConnectionError && !(error.cause instanceof SyntaxError));
}

/** Whether a call retries automatically. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof ApiError && (error.retryAfterMs ?? 0) > longestRetryAfterMs) return false;
  return isTransient(error);
}

/** Calls until there is a response, however long the server is unavailable; permanent errors reject immediately. */
export async function untilAnswered<Result>(call: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error)) throw error;
      await sleep(Math.min(longestRetryAfterMs, backoffMs(failures, error)), signal);
    }
  }
}

/** Milliseconds before the next attempt: the server's Retry-After, or exponential backoff with full jitter. */
export function backoffMs(attempt: number, error: unknown, random: () => number = Math.random): number {
  if (error instanceof ApiError && error.retryAfterMs !== undefined) return error.retryAfterMs;
  return random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** attempt);
}

/** The header `Retry-After` (RFC 9110, section 10.2.3): seconds or a date. */
export function parseRetryAfterMs(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
