import { parseDocument } from "yaml";
import { expect, test } from "vitest";
import { findDeepPlace } from "./yaml-depth.js";

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
  expect(findDeepPlace(text)).toEqual(expect.any(Number));
});

test.each([
  ["flat lists", `a: [${"[1], ".repeat(10_000)}]`],
  ["many lines", "- a: { b: [1, 2], c: '[[[' }\n".repeat(5_000)],
  ["text", `a: |\n${`  ${"[ - ? : {".repeat(50)}\n`.repeat(100)}b: "${"[".repeat(500)}"\nc: x${" - ".repeat(500)}\n`],
  ["a comment", `# ${"[".repeat(500)}\na: 1\n`],
  ["an indented rest of a list", `a: [1,\n${" ".repeat(300)}2]\n`],
])("%s are not deep", (_what, text) => {
  expect(parseDocument(text).errors).toEqual([]);
  expect(findDeepPlace(text)).toBeUndefined();
});

test("the place is that of the first level too many", () => {
  expect(findDeepPlace(`a: ${"[".repeat(200)}`)).toBe(3 + 99);
});
