import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CloseTimeoutError, closeInTime, type Closer } from "./close-in-time.js";
import { createLog } from "../telemetry/log.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("stops all parts in reverse order, even if one hangs and one fails", async () => {
  const closed: string[] = [];
  const closer = (name: string, close: () => Promise<unknown> = () => Promise.resolve()): Closer => ({
    name,
    close: () => (closed.push(name), close()),
  });
  const closers = [
    closer("database"),
    closer("store", () => Promise.reject(new Error("a fault"))),
    closer("worker", () => new Promise(() => undefined)),
    closer("API"),
  ];
  const closing = closeInTime(closers, 5_000, createLog("silent")).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(closed).toEqual(["API", "worker"]);
  await vi.advanceTimersByTimeAsync(1);
  const error = await closing;
  expect(error).toBeInstanceOf(CloseTimeoutError);
  expect(String(error)).toMatch(/: Not stopped in time: worker\./);
  expect(closed).toEqual(["API", "worker", "store", "database"]);
});

it("reports a part that fails after its time limit", async () => {
  const lines = new PassThrough();
  let fail = (_fault: Error): void => undefined;
  const close = () => new Promise((_resolve, reject) => (fail = reject));
  const closing = closeInTime([{ name: "store", close }], 5_000, pino(lines)).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await closing).toBeInstanceOf(CloseTimeoutError);
  fail(new Error("the disk is full"));
  const log = createInterface(lines)[Symbol.asyncIterator]();
  expect((await log.next()).value).toContain("Not stopped in time: store.");
  expect((await log.next()).value).toContain("the disk is full");
});

it("after the time limit, each remaining part gets a second to stop", async () => {
  const hangs = () => new Promise(() => undefined);
  const names = ["database", "store", "worker"];
  const closing = closeInTime(
    names.map((name) => ({ name, close: hangs })),
    5_000,
    createLog("silent"),
  ).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(7_000);
  expect(String(await closing)).toMatch(/Not stopped in time: worker, store, database\./);
});
