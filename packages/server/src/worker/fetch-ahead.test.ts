import { describe, expect, it } from "vitest";
import { createFetchAhead } from "./fetch-ahead.js";

/** Fetches that end when the test says so. */
function controlledFetch() {
  const started: number[] = [];
  const settle = new Map<number, { resolve: (value: string) => void; reject: (error: Error) => void }>();
  return {
    started,
    settle,
    fetch: (input: number) =>
      new Promise<string>((resolve, reject) => {
        started.push(input);
        settle.set(input, { resolve, reject });
      }),
  };
}

describe("fetch ahead", () => {
  it("keeps no more inputs in flight and waiting than allowed", async () => {
    const { fetch, started, settle } = controlledFetch();
    const ahead = createFetchAhead([1, 2, 3, 4, 5], fetch, 2);
    const first = ahead.take(10);
    expect(started).toEqual([1, 2]);
    settle.get(2)?.resolve("two");
    expect(await first).toEqual([{ input: 2, value: "two" }]);
    expect(started).toEqual([1, 2, 3]);
  });

  it("returns items in the order in which they finish, failures as values", async () => {
    const { fetch, settle } = controlledFetch();
    const ahead = createFetchAhead([1, 2, 3], fetch, 3);
    const failure = new Error("gone");
    const taken = ahead.take(10);
    settle.get(3)?.resolve("three");
    expect(await taken).toEqual([{ input: 3, value: "three" }]);
    settle.get(1)?.reject(failure);
    expect(await ahead.take(10)).toEqual([{ input: 1, error: failure }]);
  });

  it("gathers what comes in the same moment, and waits for nobody else", async () => {
    const { fetch, settle } = controlledFetch();
    const ahead = createFetchAhead([1, 2, 3, 4], fetch, 4);
    const taken = ahead.take(10);
    settle.get(1)?.resolve("one");
    // Not so long that a timer ends.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    settle.get(2)?.resolve("two");
    settle.get(3)?.resolve("three");
    expect((await taken).map(({ input }) => input)).toEqual([1, 2, 3]);
  });

  it("ends for every consumer once all inputs are taken", async () => {
    const ahead = createFetchAhead([1, 2, 3], (input) => Promise.resolve(input * 10), 2);
    const values: number[] = [];
    const consume = async () => {
      for (;;) {
        const taken = await ahead.take(1);
        if (taken.length === 0) return;
        values.push(...taken.map((one) => ("value" in one ? one.value : Number.NaN)));
      }
    };
    await Promise.all([consume(), consume(), consume()]);
    expect(values.toSorted((a, b) => a - b)).toEqual([10, 20, 30]);
  });
});
