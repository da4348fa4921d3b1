import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkNames, DuplicateName, namesOf } from "./json-names.js";

const parse = (text: string) => {
  const value = JSON.parse(text) as Record<string, object>;
  checkNames(text, value);
  return value;
};

it.each([
  ['{"10":1,"2":2,"1":3}', ["10", "2", "1"]],
  ['{"b":1,"0":[{"x":{}}],"a":2}', ["b", "0", "a"]],
  ['{"\\u0031":1, "0" : "}{[\\"" }', ["1", "0"]],
  ['{"01":1,"-1":2,"4294967295":3}', ["01", "-1", "4294967295"]],
  ["{}", []],
])("the names of %s keep their order", (text, names) => {
  expect(namesOf(parse(text))).toEqual(names);
});

it("at any depth, behind lists and after other objects", () => {
  const { a } = parse('{"z":{"1":0},"a":[[],{"b":[1,2]},{"3":{"9":1,"8":2},"2":0}]}');
  const inner = (a as unknown as Record<string, object>[])[2] ?? {};
  expect([namesOf(inner), namesOf(inner["3"] ?? {})]).toEqual([
    ["3", "2"],
    ["9", "8"],
  ]);
});

it.each([
  ['{"a":1,"a":1}', [], "a"],
  ['{"a":1,"\\u0061":1}', [], "a"],
  ['{"x":[0,{"y":{"b":{},"c":"b","b":2}}]}', ["x", "1", "y"], "b"],
  ['{"x":{"__proto__":1,"__proto__":2}}', ["x"], "__proto__"],
])("%s has a name twice", (text, path, duplicate) => {
  let error: unknown;
  try {
    parse(text);
  } catch (reason) {
    error = reason;
  }
  expect(error).toBeInstanceOf(DuplicateName);
  expect(error).toMatchObject({ path, duplicate });
});

describe("any JSON", () => {
  it("passes, with its names in order", () => {
    const key = fc.oneof(fc.string({ unit: "binary" }), fc.nat(20).map(String), fc.constantFrom('"', "\\", "{", "a"));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "binary" }),
        fc.double(),
        fc.constant(null),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.uniqueArray(fc.tuple(key, tie("tree")), { selector: ([name]) => name, maxLength: 5 }).map((e) => new Map(e)),
      ),
    }));
    const write = (value: unknown): string =>
      value instanceof Map
        ? `{${[...value].map(([name, one]) => `${JSON.stringify(name)} : ${write(one)}`).join(" , ")}}`
        : Array.isArray(value)
          ? `[${value.map(write).join(",")}]`
          : JSON.stringify(value);
    const compare = (given: unknown, parsed: unknown): void => {
      if (given instanceof Map) {
        expect(namesOf(parsed as object)).toEqual([...given.keys()]);
        for (const [name, one] of given) compare(one, (parsed as Record<string, unknown>)[name as string]);
      } else if (Array.isArray(given)) given.forEach((one, index) => compare(one, (parsed as unknown[])[index]));
    };
    fc.assert(fc.property(tree, (value) => compare(value, parse(write(value)))));
  });
});
