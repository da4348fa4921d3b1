import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** A time limit that only `AbortSignal.any` refers to: it is collected as garbage and never comes (Node 20). */
const lostLimit = /AbortSignal\.any\([^;]*AbortSignal\.timeout/;

test("no time limit is lost among other signals: withTimeLimit keeps it", () => {
  expect("f(AbortSignal.any([a, AbortSignal.timeout(1)]))").toMatch(lostLimit);
  const paths = readdirSync("packages").flatMap((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith("time-limit.ts"))
      .map((path) => `packages/${name}/src/${path}`),
  );
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.filter((path) => lostLimit.test(readFileSync(path, "utf8")))).toEqual([]);
});
