import { expect, it } from "vitest";
import { CloseTimeoutError, closeInTime, type Closer } from "./close-in-time.js";
import { createLog } from "./telemetry/log.js";

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
  await expect(closing).rejects.toThrow(/^Not stopped in time: the worker|worker/);
  expect(closed).toEqual(["API", "worker", "store", "database"]);
});
