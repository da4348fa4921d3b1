import { expect, it } from "vitest";
import { fuzzTarget, targetNames } from "./fuzz-target.ts";

// About a minute for all of them. The kept inputs come first; what follows is the same on every machine, as far as its time lasts.
const secondsEach = 2;

it.each(targetNames)("%s finds nothing", async (name) => {
  const { executions, findings } = await fuzzTarget(name, { seconds: secondsEach, seed: 1 });
  expect(
    findings.map(({ error, input }) => `${error}\n${JSON.stringify(Buffer.from(input).toString("latin1"))}`),
  ).toEqual([]);
  expect(executions).toBeGreaterThan(0);
});
