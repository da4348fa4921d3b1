import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

test("a browser gets a small bundle without Node's modules and without the schemas", async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    conditions: ["source"],
  });
  const code = outputFiles[0]?.text ?? "";
  expect(code).toContain("/jobs/history");
  expect(code).not.toMatch(/node:|typebox|~kind/i);
  expect(code.length).toBeLessThan(25_000);
});
