import { parseDocument } from "yaml";
import { expect, test } from "vitest";
import { findExcess } from "./yaml-bounds.js";

test.each([
  ["lists", "a: " + "[".repeat(130_000)],
  ["objects", "{a: ".repeat(60_000)],
  ["lists in a line", "- ".repeat(130_000)],
  ["keys in a line", "? ".repeat(130_000)],
  ["pairs in a line", "a: ".repeat(80_000)],
  ["indentation", Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ["indentation of lists", Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}-\n`).join("")],
  ["an indented list of lists", `${" ".repeat(60)}${"- ".repeat(60)}`],
])("deep %s are found", (_what, text) => {
  expect(findExcess(text)).toMatchObject({ found: "more than 100 levels" });
});

test.each([
  ["flat lists", `a: [${"[1], ".repeat(1_500)}]`],
  ["many lines", "- a: { b: [1, 2], c: '[[[' }\n".repeat(250)],
  ["text", `a: |\n${`  ${"[ - ? : {".repeat(50)}\n`.repeat(100)}b: "${"[".repeat(500)}"\nc: x${" - ".repeat(500)}\n`],
  ["a comment", `# ${"[".repeat(500)}\na: 1\n`],
  ["an indented rest of a list", `a: [1,\n${" ".repeat(300)}2]\n`],
])("%s are not deep", (_what, text) => {
  expect(parseDocument(text).errors).toEqual([]);
  expect(findExcess(text)).toBeUndefined();
});

test("the place is that of the first level too many", () => {
  expect(findExcess(`a: ${"[".repeat(200)}`)?.offset).toBe(3 + 99);
});
