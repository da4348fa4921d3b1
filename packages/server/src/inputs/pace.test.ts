import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { defaultPace, startPace } from "./pace.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Brings so many bytes each second; resolves to the second in which it was ended, and why. */
function download(bytesPerSecond: number, sizeBytes: number, pausedSeconds = 0): string {
  let reason: string | undefined;
  const pace = startPace(defaultPace, (why) => (reason = why));
  pace.expect(sizeBytes);
  if (pausedSeconds > 0) {
    pace.pause();
    vi.advanceTimersByTime(pausedSeconds * 1_000);
    pace.resume();
  }
  let second = 0;
  for (let received = 0; received < sizeBytes && reason === undefined; second += 1) {
    received += bytesPerSecond;
    pace.received(bytesPerSecond);
    vi.advanceTimersByTime(1_000);
  }
  pace.end();
  expect(vi.getTimerCount()).toBe(0);
  return reason === undefined ? "whole" : `${second} s: ${reason}`;
}

it("allows a slow but steady 2 GB download", () => {
  expect(download(120 * 2 ** 10, 2 * 10 ** 9)).toBe("whole");
});

it("aborts a download that is silent or below the minimum rate for a minute", () => {
  expect(download(0, 1_000)).toBe("60 s: less than 1 KiB a second came for 60 s");
  expect(download(1_000, 10 ** 6)).toBe("60 s: less than 1 KiB a second came for 60 s");
});

it("aborts a download just above the minimum rate when the time for its size is up", () => {
  expect(download(1_100, 10 ** 6)).toBe("610 s: it took longer than 610 s");
  expect(download(1_100, 10 ** 5)).toBe("whole");
});

it("does not count time spent waiting on our side", () => {
  expect(download(10 ** 5, 10 ** 6, 7_200)).toBe("whole");
});
