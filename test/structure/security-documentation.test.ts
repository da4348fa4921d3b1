import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const docs = new URL("../../docs/", import.meta.url);
const attacks = "../packages/server/test/security/";
const read = (name: string) => readFile(new URL(name, docs), "utf8");
const linksOf = (text: string) => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);

test.each(["security.md", "asvs.md"])("every file that docs/%s links to exists", async (name) => {
  const files = linksOf(await read(name))
    .filter((target) => !/^(https?:|#)/.test(target))
    .map((target) => target.replace(/#.*$/, ""));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(new URL(file, docs)))).toEqual([]);
});

test("docs/security.md names every attack of packages/server/test/security", async () => {
  const named = new Set(linksOf(await read("security.md")));
  const files = readdirSync(new URL(attacks, docs)).filter((file) => file.endsWith(".test.ts"));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !named.has(attacks + file))).toEqual([]);
});

test("each risk of the API Security Top 10 has a test", async () => {
  const rows = (await read("security.md")).split("\n").filter((line) => /^\| API\d+ /.test(line));
  expect(rows.map((row) => /API\d+/.exec(row)?.[0])).toEqual(Array.from({ length: 10 }, (_, n) => `API${n + 1}`));
  for (const row of rows) expect(linksOf(row.split(" | ")[2] ?? "").join(), row).toMatch(/\.test\.ts/);
});

test("docs/asvs.md says of each requirement of levels 1 and 2 whether it is met, once, and counts them right", async () => {
  const text = await read("asvs.md");
  const states = new Map<string, string>();
  for (const [, first = "", last = first, state = ""] of text.matchAll(
    /^\| (\d+\.\d+\.\d+)(?:-(\d+\.\d+\.\d+))? \|[^|]*\| ([^|]*) \|/gm,
  )) {
    const section = first.replace(/\d+$/, "");
    for (let number = Number(first.split(".")[2]); number <= Number(last.split(".")[2]); number += 1) {
      expect(states.has(section + number), section + number).toBe(false);
      states.set(section + number, state);
    }
  }
  const count = (state: string) => [...states.values()].filter((found) => found === state).length;
  // Of version 5.0.0: 70 of level 1 and 183 of level 2.
  expect(states.size).toBe(253);
  expect(text).toContain(
    `${count("met")} are met, ${count("not met")} are not met, ${count("not applicable")} are not applicable`,
  );
  expect(count("met") + count("not met") + count("not applicable")).toBe(253);
});
