import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** A time limit that only `AbortSignal.any` refers to: it is collected as garbage and never comes (Node 20). */
const lostLimit = /AbortSignal\.any\([^;]*AbortSignal\.timeout/;
/** What the SDK must not leave to the platform, which may collect the signal that it reads a body with. */
const leftToFetch = /AbortSignal\.(any|timeout)|\.getReader\(|[rR]esponse\.(arrayBuffer|json|text|blob|formData)\(\)/;

test("no time limit is lost among other signals: withTimeLimit keeps it", () => {
  expect("f(AbortSignal.any([a, AbortSignal.timeout(1)]))").toMatch(lostLimit);
  const paths = readdirSync("packages")
    .flatMap(sourcesOf)
    .filter((path) => !path.endsWith("time-limit.ts"));
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.filter((path) => lostLimit.test(readFileSync(path, "utf8")))).toEqual([]);
});

test("the SDK reads every body in http/read-body, which looks at the signal itself", () => {
  const paths = sourcesOf("client").filter((path) => !path.endsWith(".test.ts"));
  const readers = paths.filter((path) => leftToFetch.test(readFileSync(path, "utf8").replace(/^ *(\*|\/\/).*$/gm, "")));
  expect(readers).toEqual(["packages/client/src/http/read-body.ts"]);
});

function sourcesOf(name: string): string[] {
  return readdirSync(`packages/${name}/src`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `packages/${name}/src/${path}`);
}
