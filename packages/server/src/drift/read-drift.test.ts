import { expect, test } from "vitest";
import { periodsOf } from "./read-drift.js";

const now = new Date("2026-03-10T12:20:00Z");
const hours = (query: Parameters<typeof periodsOf>[0]) => {
  const { period, baseline } = periodsOf(query, now);
  return [baseline.from, baseline.until, period.from, period.until].map((moment) => moment.toISOString().slice(5, 16));
};

test("by default compares the last 7 days, including this hour, with the 28 before", () => {
  expect(hours({})).toEqual(["02-03T13:00", "03-03T13:00", "03-03T13:00", "03-10T13:00"]);
});

test("widens periods to whole hours without overlap", () => {
  const until = "2026-03-10T11:50:00Z";
  expect(hours({ from: "2026-03-10T10:30:00Z", until, baselineFrom: "2026-03-09T10:30:00Z" })).toEqual([
    "03-09T10:00",
    "03-10T10:00",
    "03-10T10:00",
    "03-10T12:00",
  ]);
  // The baseline is after the period.
  const later = { baselineFrom: until, baselineUntil: "2026-03-10T14:10:00Z" };
  expect(hours({ from: "2026-03-10T10:30:00Z", until, ...later })).toEqual([
    "03-10T12:00",
    "03-10T15:00",
    "03-10T10:00",
    "03-10T12:00",
  ]);
});
