import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The one place that prints, the one that asks, and the progress bar, which draws with a library of its own. */
const allowed = ["terminal/print.ts", "terminal/ask.ts", "jobs/wait.ts"];

test("the CLI prints in one place, where texts of others cannot steer a terminal", () => {
  const paths = readdirSync("packages/cli/src", { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".ts") && !path.includes(".test.") && !allowed.includes(path),
  );
  expect(paths.length).toBeGreaterThan(10);
  const printing = paths.filter((path) =>
    /\bconsole\.|\bstd(?:out|err)\b/.test(readFileSync(`packages/cli/src/${path}`, "utf8")),
  );
  expect(printing).toEqual([]);
});
