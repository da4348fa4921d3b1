import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonDepth } from "./json-depth.js";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

it("is the depth of any JSON value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(jsonDepth(Buffer.from(JSON.stringify(value)))).toBe(depthOf(value));
    }),
  );
});

it.each([
  ['["[[[["]', 1],
  ['["\\"[[", [1]]', 2],
  ['["\\\\", [1]]', 2],
  ['["\\\\\\"[[["]', 1],
  ["[[[[", 4],
  ['["never ends [[[', 1],
  ["", 0],
])("of %s is %i", (text, depth) => {
  expect(jsonDepth(Buffer.from(text))).toBe(depth);
});
