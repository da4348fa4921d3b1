import { expect, it } from "vitest";
import { createSilence } from "./deliver.js";

it("skips a receiver that did not answer for a minute, but not others", () => {
  let now = 1_000;
  const silence = createSilence(() => now);
  silence.begins("http://a/");
  expect([silence.until("http://a/"), silence.until("http://b/")]).toEqual([new Date(61_000), undefined]);
  now = 61_000;
  expect(silence.until("http://a/")).toBeUndefined();
});
