import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { expect, it } from "vitest";
import { CloseTimeoutError, closeInTime, type Closer } from "./close-in-time.js";
import { createLog } from "../telemetry/log.js";

it("stops all parts, the last first, and goes on after one that hangs and one that fails", async () => {
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
  const closing = closeInTime(closers, 20, createLog("silent"));
  await expect(closing).rejects.toThrow(CloseTimeoutError);
  await expect(closing).rejects.toThrow(/^Not stopped in time: worker\./);
  expect(closed).toEqual(["API", "worker", "store", "database"]);
});

it("tells of a part that fails after its time", async () => {
  const lines = new PassThrough();
  let fail = (_fault: Error): void => undefined;
  const close = () => new Promise((_resolve, reject) => (fail = reject));
  await expect(closeInTime([{ name: "store", close }], 20, pino(lines))).rejects.toThrow(CloseTimeoutError);
  fail(new Error("the disk is full"));
  const log = createInterface(lines)[Symbol.asyncIterator]();
  expect((await log.next()).value).toContain("Not stopped in time: store.");
  expect((await log.next()).value).toContain("the disk is full");
});
