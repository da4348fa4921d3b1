import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

async function bundle(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    conditions: ["source"],
  });
  return outputFiles[0]?.text ?? "";
}

test("the browser bundle is small and contains no Node modules or schemas", async () => {
  const code = await bundle('export * from "../src/index.ts";');
  expect(code).toContain("/jobs/history");
  expect(code).not.toMatch(/node:|typebox|~kind/i);
  expect(code.length).toBeLessThan(44_000);
});

test("a program that only runs jobs does not load the report and its styles", async () => {
  const code = await bundle(
    'import { MillraceClient } from "../src/index.ts"; console.log(new MillraceClient({ apiKey: "a.b" }));',
  );
  expect(code).not.toContain("<style>");
  expect(gzipSync(code).length).toBeLessThan(8 * 1024);
});
