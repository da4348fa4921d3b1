import { expect, it } from "vitest";
import type { Log } from "../telemetry/log.js";
import { repeat } from "./repeat.js";

it("reports a failure with its context and repeats the work", async () => {
  const lines: string[] = [];
  const log = { warn: (_details: object, line: string) => lines.push(line) } as unknown as Log;
  const stop = new AbortController();
  let turns = 0;
  await repeat({ intervalMs: 1, signal: stop.signal, log, doing: "counting" }, () => {
    turns += 1;
    if (turns === 2) stop.abort();
    return Promise.reject(new Error("a fault"));
  });
  expect([turns, lines]).toEqual([2, ["counting failed; retrying"]]);
});
