import { expect, it } from "vitest";
import { retryDelayMs } from "./retry-delay.js";

const now = Date.parse("2026-01-01T00:00:00Z");

it.each([
  [{ "retry-after-ms": "1500", "retry-after": "9" }, 1_500],
  [{ "retry-after": "2" }, 2_000],
  [{ "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }, 30_000],
  [{ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 500],
  [{ "retry-after": "0" }, 500],
  [
    {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1m2.5s",
      "x-ratelimit-remaining-tokens": "5",
      "x-ratelimit-reset-tokens": "1h",
    },
    62_500,
  ],
  [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "700ms" }, 700],
])("%j: %i ms", (headers, expected) => {
  expect(retryDelayMs(headers, 0, now, 0.5)).toBe(expected);
});

it.each([
  [0, 500],
  [1, 1_000],
  [4, 8_000],
  [2_000, 8_000],
])("without headers, the pause after response %i is %i ms, a quarter more or less", (attempt, expected) => {
  for (const headers of [{}, { "retry-after": "soon" }, { "x-ratelimit-remaining-tokens": "0" }]) {
    expect(retryDelayMs(headers, attempt, now, 0.5)).toBe(expected);
    expect(retryDelayMs(headers, attempt, now, 0)).toBe(expected * 0.75);
  }
});
