import type { MetricsQuery } from "@millrace/contract";
import { MillraceError } from "../errors/millrace-error.js";

/** Whole days in UTC, both inclusive. */
export interface Period {
  readonly begin: Date;
  readonly end: Date;
  readonly days: number;
}

const dayMs = 24 * 60 * 60 * 1000;
const leastDays = 7;
const mostDays = 366;

/**
 * Parses `begin-date` and `end-date`. Defaults to the last 7 days; if only one date is given, the other is derived. A span
 * shorter than 7 days is extended by an earlier begin.
 *
 * @throws MillraceError naming the date that is not `YYYY-MM-DD`, an end before its begin, or a span of more than 366 days.
 */
export function parsePeriod(query: Pick<MetricsQuery, "begin-date" | "end-date">, now: Date = new Date()): Period {
  const begin = parseDay(query["begin-date"], "begin-date");
  const end = parseDay(query["end-date"], "end-date");
  if (begin !== undefined && end !== undefined && end < begin) {
    throw new MillraceError(
      "invalid_request",
      `end-date is not valid: found ${formatDay(new Date(end))}, expected a day not before begin-date, ${formatDay(new Date(begin))}.`,
    );
  }
  const span = (leastDays - 1) * dayMs;
  const last = end ?? (begin === undefined ? startOfDay(now) : begin + span);
  const first = Math.min(begin ?? last - span, last - span);
  const days = Math.round((last - first) / dayMs) + 1;
  if (days > mostDays) {
    throw new MillraceError(
      "invalid_request",
      `begin-date is not valid: found a span of ${days} days, expected ${mostDays} at most.`,
    );
  }
  return { begin: new Date(first), end: new Date(last), days };
}

/** The preceding period of the same length. */
export function previousPeriod({ begin, days }: Period): Period {
  return { begin: new Date(begin.getTime() - days * dayMs), end: new Date(begin.getTime() - dayMs), days };
}

/** Every day of a period as `YYYY-MM-DD`. */
export function daysOf({ begin, days }: Period): string[] {
  return Array.from({ length: days }, (_, index) => formatDay(new Date(begin.getTime() + index * dayMs)));
}

/** The first moment of a period, and the first moment after it. */
export function boundsOf({ begin, end }: Period): { readonly from: Date; readonly until: Date } {
  return { from: begin, until: new Date(end.getTime() + dayMs) };
}

function parseDay(text: string | undefined, field: string): number | undefined {
  if (!text) return undefined;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  if (!Number.isNaN(day.getTime()) && formatDay(day) === text) return day.getTime();
  throw new MillraceError(
    "invalid_request",
    `${field} is not valid: found ${JSON.stringify(text)}, expected a day such as 2026-03-04.`,
  );
}

function startOfDay(moment: Date): number {
  return Math.floor(moment.getTime() / dayMs) * dayMs;
}

function formatDay(day: Date): string {
  return day.toISOString().slice(0, 10);
}
