import { formatBytes } from "../errors/format-bytes.js";

/** How long a download may take, without time spent waiting on our side. */
export interface PaceLimits {
  /** A download slower than this for `windowMs` is aborted, including the wait for its first byte; 1,024. */
  readonly leastBytesPerSecond: number;
  /** 60,000. */
  readonly windowMs: number;
  /** A download may take `baseMs` plus the time for its size at `steadyBytesPerSecond`; 10 minutes. */
  readonly baseMs: number;
  /** 102,400: an object of 2 GB has six hours. */
  readonly steadyBytesPerSecond: number;
}

export const defaultPace: PaceLimits = {
  leastBytesPerSecond: 2 ** 10,
  windowMs: 60_000,
  baseMs: 10 * 60_000,
  steadyBytesPerSecond: 100 * 2 ** 10,
};

/** Watches the rate of one download. */
export interface Pace {
  received(sizeBytes: number): void;
  /** Sets the announced size, or the maximum size. */
  expect(sizeBytes: number): void;
  /** Stops and restarts the clock. */
  pause(): void;
  resume(): void;
  end(): void;
}

const ticksPerWindow = 60;

/** @param onTooSlow called once, with the reason as the end of a sentence. */
export function startPace(limits: PaceLimits, onTooSlow: (reason: string) => void): Pace {
  const { leastBytesPerSecond, windowMs, baseMs, steadyBytesPerSecond } = limits;
  let limitMs = baseMs;
  let isPaused = false;
  let ticks = 0;
  let windowBytes = 0;
  const tickMs = windowMs / ticksPerWindow;
  const tooSlow = (reason: string) => {
    clearInterval(timer);
    onTooSlow(reason);
  };
  const timer = setInterval(() => {
    if (isPaused) return;
    ticks += 1;
    if (ticks * tickMs >= limitMs) return tooSlow(`it took longer than ${Math.round(limitMs / 1_000)} s`);
    if (ticks % ticksPerWindow > 0) return;
    if (windowBytes < (leastBytesPerSecond * windowMs) / 1_000)
      return tooSlow(`less than ${formatBytes(leastBytesPerSecond)} a second came for ${windowMs / 1_000} s`);
    windowBytes = 0;
  }, tickMs);
  return {
    received: (sizeBytes) => void (windowBytes += sizeBytes),
    expect: (sizeBytes) => void (limitMs = baseMs + (sizeBytes / steadyBytesPerSecond) * 1_000),
    pause: () => void (isPaused = true),
    resume: () => void (isPaused = false),
    end: () => clearInterval(timer),
  };
}
