import { describe, expect, it } from "vitest";
import { createCircuitBreaker, EngineUnavailableError } from "./circuit-breaker.js";

describe("a version that cannot be loaded", () => {
  const start = () => {
    const time = { nowMs: 1_000_000 };
    const breaker = createCircuitBreaker({ model: "Cats 1.0.0", clock: () => time.nowMs });
    const failTo = (times: number) => {
      for (let count = 1; count < times; count += 1) breaker.failed("no weights");
    };
    return { time, breaker, failTo };
  };

  it("is retried after pauses that double", () => {
    const { breaker } = start();
    expect([breaker.failed("no weights"), breaker.failed("no weights")]).toEqual([250, 500]);
    expect(() => breaker.check()).not.toThrow();
  });

  it("is out of service after the third failure, with the reason and the time", () => {
    const { breaker, failTo } = start();
    failTo(3);
    expect(() => breaker.failed("no weights")).toThrow(EngineUnavailableError);
    expect(() => breaker.check()).toThrow(
      "Cats 1.0.0 is out of service until 1970-01-01T00:17:10.000Z: it failed to load 3 times in a row. no weights",
    );
  });

  it("gets one attempt after its pause, and a longer pause if it fails", () => {
    const { breaker, failTo, time } = start();
    failTo(3);
    expect(() => breaker.failed("no weights")).toThrow();
    time.nowMs += 30_000;
    expect(() => breaker.check()).not.toThrow();
    expect(() => breaker.failed("no weights")).toThrow("4 times");
    time.nowMs += 59_999;
    expect(() => breaker.check()).toThrow();
    time.nowMs += 1;
    expect(() => breaker.check()).not.toThrow();
  });

  it("is reset by one success", () => {
    const { breaker } = start();
    breaker.failed("no weights");
    expect(breaker.fault()).toEqual({ reason: "no weights", since: new Date(1_000_000) });
    breaker.succeeded();
    expect(breaker.fault()).toBeUndefined();
    expect(breaker.failed("no weights")).toBe(250);
  });
});
