import type { HttpAnswer } from "../remote/http-client.js";

const firstPauseMs = 500;
const longestPauseMs = 8_000;

/**
 * How long to wait before a request is sent again: as long as the response's headers say, at least 500 ms; without them 500 ms, twice as long
 * each time up to 8 s, and a quarter more or less so that requests do not all come back at once.
 *
 * @param attempt counts the request's responses from 0.
 */
export function retryDelayMs(
  headers: HttpAnswer["headers"],
  attempt: number,
  now = Date.now(),
  random = Math.random(),
): number {
  const said = saidDelayMs(headers, now);
  if (said !== undefined) return Math.max(firstPauseMs, said);
  return Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.75 + random / 2);
}

function saidDelayMs(headers: HttpAnswer["headers"], now: number): number | undefined {
  const text = (name: string) => [headers[name]].flat()[0]?.trim() ?? "";
  const ms = numberOf(text("retry-after-ms"));
  if (ms !== undefined) return ms;
  const after = text("retry-after");
  const seconds = numberOf(after);
  if (seconds !== undefined) return seconds * 1_000;
  const date = after === "" ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return date - now;
  const resets = ["requests", "tokens"].flatMap((kind) =>
    numberOf(text(`x-ratelimit-remaining-${kind}`)) === 0 ? (durationMs(text(`x-ratelimit-reset-${kind}`)) ?? []) : [],
  );
  return resets.length === 0 ? undefined : Math.max(...resets);
}

function numberOf(text: string): number | undefined {
  return /^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** "20ms", "1.5s", "6m0s". */
function durationMs(text: string): number | undefined {
  const parts = [...text.slice(0, 40).matchAll(/(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count = "", unit = ""]) => sum + Number(count) * (unitsMs[unit] ?? 0), 0);
}
