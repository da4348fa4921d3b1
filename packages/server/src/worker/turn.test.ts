import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HandBackError } from "./hand-back-error.js";
import { startTurn } from "./turn.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("lasts 5 s, then until another job waits, checked every second", async () => {
  const answers = [false, new Error("the database is away"), true];
  const mustYield = vi.fn(async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer === true;
  });
  const turn = startTurn(mustYield);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(mustYield).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect([mustYield.mock.calls.length, turn.isOver.aborted]).toEqual([2, false]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(turn.isOver.reason).toBeInstanceOf(HandBackError);
});

it("stops checking after it has ended", async () => {
  const mustYield = vi.fn(() => Promise.resolve(false));
  const turn = startTurn(mustYield);
  await vi.advanceTimersByTimeAsync(5_000);
  turn.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(mustYield).toHaveBeenCalledTimes(1);
});
