import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { onAbort } from "./on-abort.js";

test("notifies all waiters of the reason once, with one listener", () => {
  const abort = new AbortController();
  const told: string[] = [];
  for (let index = 0; index < 20; index += 1)
    onAbort(abort.signal, (reason) => told.push(`${index} ${String(reason)}`));
  expect(getEventListeners(abort.signal, "abort").length).toBe(1);
  abort.abort("stop");
  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => `${index} stop`));
});

test("removes its listener when nobody waits", () => {
  const abort = new AbortController();
  const listeners = () => getEventListeners(abort.signal, "abort").length;
  const stops = [onAbort(abort.signal, () => {}), onAbort(abort.signal, () => {})];
  for (const stop of stops) stop();
  expect(listeners()).toBe(0);
  let isTold = false;
  onAbort(abort.signal, () => (isTold = true));
  stops[0]?.();
  expect(listeners()).toBe(1);
  abort.abort();
  expect(isTold).toBe(true);
});

test("does not notify a waiter that stopped listening", () => {
  const abort = new AbortController();
  const told: string[] = [];
  const stopListening = onAbort(abort.signal, () => told.push("first"));
  onAbort(abort.signal, () => told.push("second"));
  stopListening();
  abort.abort();
  expect(told).toEqual(["second"]);
});
