import { afterAll, beforeAll, vi } from "vitest";

/**
 * Lets the tests of a file skip what they would wait for: time passes as it does, and the timers of this process see so much more of
 * it. Installed once for the file, as undici has one timer for all that it waits for.
 *
 * @returns skips that many milliseconds.
 */
export function useSkippableTime(): (skippedMs: number) => void {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  });
  afterAll(() => {
    vi.useRealTimers();
  });
  return (skippedMs) => void vi.advanceTimersByTime(skippedMs);
}
