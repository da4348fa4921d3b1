import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { explanationKinds } from "@millrace/contract";
import { expect, test } from "vitest";

const readText = (path: string) => readFile(new URL(path, import.meta.url), "utf8");
const readme = await readText("../README.md");
const blocks = [...readme.matchAll(/^```\w*\n([^`]*(?:`[^`]+`[^`]*)*)^```$/gm)].map(([, block]) => block);

test("the README's program is the example and prints what the README shows", async () => {
  const [program, output] = blocks;
  expect(program).toBe(await readText("example.ts"));
  const example = fileURLToPath(new URL("example.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=source", "--import", "tsx", example]);
  expect(stdout).toBe(output);
});

test.each(["../README.md", "../../../docs/explanations.md"])(
  "%s lists the methods of every kind, the default first",
  async (file) => {
    const rows = (await readText(file)).split("\n").filter((line) => line.startsWith("|"));
    for (const [kind, { methods, format }] of Object.entries(explanationKinds)) {
      const names = methods.map((method) => `\`${method}\``).join(", ");
      expect(rows.filter((row) => row.includes(kind) && row.includes(`| ${names} |`))).toHaveLength(1);
      expect(await readText(file)).toContain(format);
    }
  },
);
