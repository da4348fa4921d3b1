import { describe, expect, it } from "vitest";
import { daysOf, parsePeriod, previousPeriod } from "./period.js";

const now = new Date("2026-03-10T22:15:00Z");
const days = (query: Record<string, string>) => {
  const all = daysOf(parsePeriod(query, now));
  return [all[0], all.at(-1), all.length];
};

describe("the period of a metric", () => {
  it("is the last seven days, today included", () => {
    expect(days({})).toEqual(["2026-03-04", "2026-03-10", 7]);
  });

  it("is derived from one date and is at least seven days", () => {
    expect(days({ "begin-date": "2026-02-26" })).toEqual(["2026-02-26", "2026-03-04", 7]);
    expect(days({ "end-date": "2026-03-01" })).toEqual(["2026-02-23", "2026-03-01", 7]);
    expect(days({ "begin-date": "2026-03-09", "end-date": "2026-03-10" })).toEqual(["2026-03-04", "2026-03-10", 7]);
    expect(days({ "begin-date": "2026-01-01", "end-date": "2026-01-31" })).toEqual(["2026-01-01", "2026-01-31", 31]);
  });

  it("is compared with the same number of days before it", () => {
    const previous = daysOf(previousPeriod(parsePeriod({}, now)));
    expect([previous[0], previous.at(-1)]).toEqual(["2026-02-25", "2026-03-03"]);
  });

  it.each([
    [{ "begin-date": "yesterday" }, /begin-date.*"yesterday".*2026-03-04/],
    [{ "end-date": "2026-02-30" }, /end-date.*"2026-02-30"/],
    [{ "begin-date": "2026-03-02", "end-date": "2026-03-01" }, /end-date.*2026-03-01.*not before.*2026-03-02/],
    [{ "begin-date": "2020-03-02", "end-date": "2026-03-01" }, /begin-date.*span/],
  ])("rejects %j", (query, message) => {
    expect(() => parsePeriod(query as Record<string, string>, now)).toThrow(message);
  });
});
