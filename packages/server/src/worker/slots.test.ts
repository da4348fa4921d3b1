import { afterEach, describe, expect, it, vi } from "vitest";
import { createSlots } from "./slots.js";

/** Work that ends when the test says so. */
function pending(): { work: () => Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the slots of a worker", () => {
  it("give half to a single key and keep one free for a new key", async () => {
    const slots = createSlots(8);
    await slots.during("busy", () => Promise.resolve());
    const chunks = Array.from({ length: 5 }, pending);
    const running = chunks.map(({ work }) => slots.during("busy", work));
    expect(await running[4]).toBeUndefined();
    expect(slots.full()).toEqual(["busy"]);
    expect(await slots.during("new", () => Promise.resolve("ran"))).toEqual({ result: "ran" });
    for (const { end } of chunks) end();
    await Promise.all(running);
    expect(slots.full()).toEqual([]);
  });

  it("are waited for by work of a quick key, not by that of a slow one", async () => {
    const slots = createSlots(2);
    await slots.during("quick", () => Promise.resolve());
    const [first, slow] = [pending(), pending()];
    const running = slots.during("quick", first.work);
    const waiting = slots.during("quick", () => Promise.resolve("ran"));
    first.end();
    expect(await waiting).toEqual({ result: "ran" });
    await running;
    const unknown = slots.during("unknown", slow.work);
    let isOver = false;
    void unknown.then(() => (isOver = true));
    expect(await slots.during("unknown", () => Promise.resolve())).toBeUndefined();
    expect(isOver).toBe(false);
    slow.end();
    await unknown;
  });

  it("are limited to slowSlots for a key whose last work was slow or unknown", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const slots = createSlots(16, 2);
    const takeTillFull = () => {
      const chunks = [];
      while (!slots.full().includes("a")) {
        const { work, end } = pending();
        chunks.push({ running: slots.during("a", work), end });
      }
      return chunks;
    };
    const end = async (chunks: ReturnType<typeof takeTillFull>) => {
      for (const chunk of chunks) chunk.end();
      await Promise.all(chunks.map(({ running }) => running));
    };
    const unknown = takeTillFull();
    expect(unknown).toHaveLength(2);
    await end(unknown);
    const quick = takeTillFull();
    expect(quick).toHaveLength(8);
    vi.advanceTimersByTime(5_000);
    await end(quick);
    const slow = takeTillFull();
    expect(slow).toHaveLength(2);
    await end(slow);
  });

  it("are divided among all running keys, at least one each", async () => {
    const slots = createSlots(4);
    const chunks = Array.from({ length: 6 }, pending);
    const running = ["a", "a", "b", "c", "d", "e"].map((versionKey, index) =>
      slots.during(versionKey, chunks[index]!.work),
    );
    expect(slots.full()).toEqual(["a", "b", "c", "d", "e"]);
    for (const { end } of chunks) end();
    expect((await Promise.all(running)).every((done) => done !== undefined)).toBe(true);
  });

  it("are released when the work fails", async () => {
    const slots = createSlots(2);
    await expect(slots.during("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(slots.full()).toEqual([]);
  });
});
