import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonShape } from "./json-shape.js";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

const nodesOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 +
      Object.values(value)
        .map(nodesOf)
        .reduce((a, b) => a + b, 0)
    : 0;

it("is the depth and the number of objects of any JSON value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(jsonShape(Buffer.from(JSON.stringify(value)))).toEqual({ depth: depthOf(value), nodes: nodesOf(value) });
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
])("has a depth: of %s %i", (text, depth) => {
  expect(jsonShape(Buffer.from(text)).depth).toBe(depth);
});
