import { expect, test } from "vitest";
import { retryTransient } from "./retry-transient.js";

const transient = () =>
  Object.assign(new Error("The store is busy (SlowDown): try again later."), { isTransient: true });
const permanent = () => Object.assign(new Error("There is no such object."), { isTransient: false });
const signal = new AbortController().signal;

/** Fails a number of times, then succeeds; records every delay. */
function flaky(failures: number, error = transient) {
  const delaysMs: number[] = [];
  const attempts: number[] = [];
  return {
    delaysMs,
    attempts,
    operation: (attempt: number) => {
      attempts.push(attempt);
      return attempts.length <= failures ? Promise.reject(error()) : Promise.resolve("done");
    },
    wait: (delayMs: number) => {
      delaysMs.push(delayMs);
      return Promise.resolve();
    },
  };
}

test("retries a transient failure until it succeeds", async () => {
  const { operation, wait, attempts } = flaky(4);
  expect(await retryTransient(operation, { signal, wait })).toBe("done");
  expect(attempts).toEqual([1, 2, 3, 4, 5]);
});

test("the upper bound of waits doubles up to the maximum, with full jitter", async () => {
  const upper = flaky(6);
  const options = { signal, attempts: 7, firstDelayMs: 100, maximumDelayMs: 1_000 };
  await retryTransient(upper.operation, { ...options, wait: upper.wait, random: () => 1 });
  expect(upper.delaysMs).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  const lower = flaky(2);
  await retryTransient(lower.operation, { ...options, wait: lower.wait, random: () => 0.25 });
  expect(lower.delaysMs).toEqual([25, 50]);
});

test("honors a server's Retry-After up to a limit", async () => {
  const askingFor = (retryAfterMs: number) => flaky(1, () => Object.assign(transient(), { retryAfterMs }));
  for (const [retryAfterMs, expected] of [
    [2_000, 2_000],
    [3_600_000, 30_000],
    [10, 200],
  ] as const) {
    const { operation, wait, delaysMs } = askingFor(retryAfterMs);
    await retryTransient(operation, { signal, wait, random: () => 1 });
    expect(delaysMs).toEqual([expected]);
  }
});

test("the last error states the number of attempts", async () => {
  const { operation, wait, attempts } = flaky(100);
  await expect(retryTransient(operation, { signal, attempts: 3, wait })).rejects.toThrow(
    /^The store is busy \(SlowDown\): try again later \(tried 3 times\)\.$/,
  );
  expect(attempts).toEqual([1, 2, 3]);
});

test("does not retry a permanent failure and keeps its message", async () => {
  const { operation, wait, attempts } = flaky(100, permanent);
  await expect(retryTransient(operation, { signal, wait })).rejects.toThrow(/^There is no such object\.$/);
  expect(attempts).toEqual([1]);
});

test("does not retry an error that is not marked as transient", async () => {
  const { operation, wait, attempts } = flaky(100, () => new TypeError("fetch failed") as ReturnType<typeof transient>);
  await expect(retryTransient(operation, { signal, wait })).rejects.toThrow("fetch failed");
  expect(attempts).toEqual([1]);
});

test("an abort ends the wait immediately with its reason", async () => {
  const abort = new AbortController();
  const operation = () => {
    setImmediate(() => abort.abort(new Error("The job was cancelled.")));
    return Promise.reject(transient());
  };
  const options = { signal: abort.signal, firstDelayMs: 3_600_000, maximumDelayMs: 3_600_000, random: () => 1 };
  await expect(retryTransient(operation, options)).rejects.toThrow(/^The job was cancelled\.$/);
});

test("does not try if the signal is already aborted", async () => {
  const { operation, attempts } = flaky(0);
  await expect(retryTransient(operation, { signal: AbortSignal.abort("stop") })).rejects.toBe("stop");
  expect(attempts).toEqual([]);
});
