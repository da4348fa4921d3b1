import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { onAbort } from "./on-abort.js";

test("all that wait are told the reason once, over one listener", () => {
  const abort = new AbortController();
  const told: string[] = [];
  for (let index = 0; index < 20; index += 1)
    onAbort(abort.signal, (reason) => told.push(`${index} ${String(reason)}`));
  expect(getEventListeners(abort.signal, "abort").length).toBe(1);
  abort.abort("stop");
  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => `${index} stop`));
});

test("no listener stays when nobody waits any more", () => {
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

test("who stopped listening is not told", () => {
  const abort = new AbortController();
  const told: string[] = [];
  const stopListening = onAbort(abort.signal, () => told.push("first"));
  onAbort(abort.signal, () => told.push("second"));
  stopListening();
  abort.abort();
  expect(told).toEqual(["second"]);
});
