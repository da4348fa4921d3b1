import Type from "typebox";
import { Compile } from "typebox/compile";
import { expect, test } from "vitest";
import { findMismatches } from "./mismatch.js";

const closed = { additionalProperties: false } as const;
const validator = Compile(
  Type.Object(
    {
      a: Type.String(),
      b: Type.Integer(),
      size: Type.Optional(Type.Union([Type.String(), Type.Integer({ minimum: 1 })])),
      shape: Type.Optional(
        Type.Union([Type.Object({ width: Type.Number() }, closed), Type.Object({ radius: Type.Number() }, closed)]),
      ),
      items: Type.Optional(Type.Array(Type.Object({ name: Type.String() }, closed))),
    },
    closed,
  ),
);
const told = (value: unknown) => findMismatches(validator, value).map(({ kind, path }) => `${kind} ${path.join(".")}`);

test("reports each mismatched field once", () => {
  expect(told({ a: "x", b: 1 })).toEqual([]);
  expect(told({ b: "x", c: 1, d: 2 }).toSorted()).toEqual(["invalid b", "missing a", "unknown c", "unknown d"]);
  expect(told(null)).toEqual(["invalid "]);
});

test("reports only one alternative of a union", () => {
  expect(told({ a: "x", b: 1, size: 0 })).toEqual(["invalid size"]);
  expect(told({ a: "x", b: 1, shape: { height: 1 } })).toEqual(["unknown shape.height"]);
});

test("reports more mismatches than typebox finds on its own", () => {
  const items = Array.from({ length: 20 }, () => ({ name: 1 }));
  expect(told({ a: "x", b: 1, items })).toHaveLength(20);
});
