import { expect, it } from "vitest";
import { shared } from "./health-check.js";

it("concurrent callers share one check, even if it fails", async () => {
  let runs = 0;
  const ask = shared(3_600_000, async () => {
    runs += 1;
    throw new Error("out of order");
  });
  for (let i = 0; i < 3; i++) await expect(ask()).rejects.toThrow("out of order");
  await Promise.allSettled([ask(), ask()]);
  expect(runs).toBe(1);
});

it("a later caller gets a new check", async () => {
  let runs = 0;
  const ask = shared(0, async () => {
    runs += 1;
  });
  await expect.poll(() => ask().then(() => runs)).toBeGreaterThan(1);
});
