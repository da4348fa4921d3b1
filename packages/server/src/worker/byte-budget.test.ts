import { describe, expect, it } from "vitest";
import { createByteBudget, type ByteShare } from "./byte-budget.js";

const isSettled = async (promise: Promise<unknown> | undefined) =>
  await Promise.race([Promise.resolve(promise).then(() => true), Promise.resolve(false).then(() => false)]);

describe("byte budget", () => {
  it("makes a share wait until others release enough", async () => {
    const budget = createByteBudget(100);
    const first = budget.open("a");
    await first.reserve(80);
    const second = budget.open("a");
    const waiting = second.reserve(30);
    expect(await isSettled(waiting)).toBe(false);
    first.release();
    await waiting;
  });

  it("grants more than the whole budget if nobody else holds anything", async () => {
    const budget = createByteBudget(100);
    await budget.open("a").reserve(500);
    const next = budget.open("a").reserve(1);
    expect(await isSettled(next)).toBe(false);
  });

  it("never blocks a share that already holds bytes, so two inputs of several files cannot deadlock", async () => {
    const budget = createByteBudget(100);
    const [first, second] = [budget.open("a"), budget.open("a")];
    await first.reserve(25);
    await second.reserve(25);
    await Promise.all([first.reserve(50), second.reserve(50)]);
    const third = budget.open("a").reserve(10);
    first.release();
    expect(await isSettled(third)).toBe(false);
    second.release();
    await third;
  });

  it("serves waiters in order", async () => {
    const budget = createByteBudget(10);
    const holder = budget.open("a");
    await holder.reserve(10);
    const order: string[] = [];
    const big = budget.open("a");
    const wait = async (share: ByteShare, sizeBytes: number, name: string) => {
      await share.reserve(sizeBytes);
      order.push(name);
    };
    const waits = [wait(big, 9, "big"), wait(budget.open("a"), 5, "small")];
    holder.release();
    await waits[0];
    expect(order).toEqual(["big"]);
    big.release();
    await Promise.all(waits);
    expect(order).toEqual(["big", "small"]);
  });

  it("leaves half of the budget to other accounts", async () => {
    const budget = createByteBudget(100);
    const shares = [30, 20, 1, 500].map((sizeBytes) => {
      const share = budget.open("a");
      return { share, waiting: share.reserve(sizeBytes) };
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await Promise.all(shares.map(({ waiting }) => isSettled(waiting)))).toEqual([true, true, false, false]);
    const other = budget.open("b");
    await other.reserve(50);
    other.release();
    for (const { share, waiting } of shares) {
      await waiting;
      share.release();
    }
  });

  it("grants one input larger than half at a time, then another account's", async () => {
    const budget = createByteBudget(100);
    const order: string[] = [];
    const reserve = async (account: string) => {
      const share = budget.open(account);
      await share.reserve(1_000);
      order.push(account);
      return share;
    };
    const [first, second, other] = [reserve("a"), reserve("a"), reserve("b")];
    const share = await first;
    await budget.open("c").reserve(10);
    share.release();
    (await other).release();
    (await second).release();
    expect(order).toEqual(["a", "b", "a"]);
  });
});
