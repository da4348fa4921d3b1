import { ApiError, ConnectionError } from "../errors.js";

const retryableStatusCodes: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const firstBackoffMs = 200;
const longestBackoffMs = 8_000;
// A server that asks for more than this is better told to the caller.
const longestRetryAfterMs = 30_000;

/** Whether the same request may well succeed a moment later. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return (
    error instanceof ApiError &&
    retryableStatusCodes.has(error.statusCode) &&
    (error.retryAfterMs ?? 0) <= longestRetryAfterMs
  );
}

/** Milliseconds before the next try: what the server asks for, or exponential backoff with full jitter. */
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
