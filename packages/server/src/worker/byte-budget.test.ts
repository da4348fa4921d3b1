import { describe, expect, it } from "vitest";
import { createByteBudget } from "./byte-budget.js";

const isSettled = async (promise: Promise<unknown>) =>
  await Promise.race([promise.then(() => true), Promise.resolve(false).then(() => false)]);

describe("byte budget", () => {
  it("makes a share wait until what others hold leaves room", async () => {
    const budget = createByteBudget(100);
    const first = budget.open();
    await first.reserve(80);
    const second = budget.open();
    const waiting = second.reserve(30);
    expect(await isSettled(waiting)).toBe(false);
    first.release();
    await waiting;
  });

  it("grants what is larger than the whole budget when nobody else holds anything", async () => {
    const budget = createByteBudget(100);
    await budget.open().reserve(500);
    const next = budget.open().reserve(1);
    expect(await isSettled(next)).toBe(false);
  });

  it("never makes a share wait that holds some already, so that two inputs of several files cannot block each other", async () => {
    const budget = createByteBudget(100);
    const [first, second] = [budget.open(), budget.open()];
    await first.reserve(50);
    await second.reserve(50);
    await Promise.all([first.reserve(50), second.reserve(50)]);
    const third = budget.open().reserve(10);
    first.release();
    expect(await isSettled(third)).toBe(false);
    second.release();
    await third;
  });

  it("serves those who wait in order", async () => {
    const budget = createByteBudget(10);
    const holder = budget.open();
    await holder.reserve(10);
    const order: string[] = [];
    const big = budget.open();
    const waits = [
      big.reserve(9).then(() => order.push("big")),
      budget
        .open()
        .reserve(5)
        .then(() => order.push("small")),
    ];
    holder.release();
    await waits[0];
    expect(order).toEqual(["big"]);
    big.release();
    await Promise.all(waits);
    expect(order).toEqual(["big", "small"]);
  });
});
