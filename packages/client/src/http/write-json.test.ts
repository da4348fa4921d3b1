import fc from "fast-check";
import { expect, it } from "vitest";
import { writeJson } from "./write-json.js";

it("keeps the order of a Map's names", () => {
  const items = new Map([
    ["1", "x"],
    ["0", "y"],
  ]);
  const sources = new Map<string, unknown>([
    ["10", items],
    ["2", { a: 1 }],
    ["__proto__", null],
  ]);
  expect(writeJson({ input: { sources, gone: undefined } })).toBe(
    '{"input":{"sources":{"10":{"1":"x","0":"y"},"2":{"a":1},"__proto__":null}}}',
  );
  expect(writeJson({ input: { sources: { a: items } } })).toBe('{"input":{"sources":{"a":{"1":"x","0":"y"}}}}');
});

it("is JSON.stringify for everything without Maps", () => {
  const values = fc.oneof(
    fc.anything({ withDate: true, withNullPrototype: true }),
    fc.constantFrom(undefined, new Date(0), { at: new Date(0), no: undefined }, [undefined]),
  );
  fc.assert(
    fc.property(values, (value) => {
      expect(writeJson(value)).toBe(JSON.stringify(value));
    }),
  );
});
