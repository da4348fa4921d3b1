import { expect, it } from "vitest";
import { DataItemError } from "../tensors/data-item-error.js";
import { readRow } from "./tabular-row.js";

const settings = {
  kind: "tabular" as const,
  item: "row.json",
  columns: [{ name: "city", categories: ["Rome", "Oslo"] }],
};
const read = (json: string) => readRow(Buffer.from(json), settings, "FP32", new Set(["city"]));

it("makes a category one 1 among zeros", () => expect([...read('{"city":"Oslo"}').values]).toEqual([0, 1]));

it.each([
  ['{"toString":null,"valueOf":null}', "an object"],
  [`${"[".repeat(100_000)}${"]".repeat(100_000)}`, "a list"],
])("names the column whose category is no text: %.20s", (value, found) => {
  expect(() => read(`{"city":${value}}`)).toThrow(DataItemError);
  expect(() => read(`{"city":${value}}`)).toThrow(
    `Column "city" of data item "row.json" is not valid: found ${found}, expected one of "Rome", "Oslo"`,
  );
});

it.each([
  '{"city":"Rome","city":"Oslo"}',
  '{"city":"Rome","c\\u0069ty":"Rome"}',
  '{"city":{"city":1,"b":[{"city":1,"city":2}]}}',
])("names a name that an object has twice, whose values may differ: %s", (json) => {
  expect(() => read(json)).toThrow(DataItemError);
  expect(() => read(json)).toThrow(
    'Data item "row.json" has the name "city" twice in one object: send each name once.',
  );
});

it("a value that looks like a name is none", () => {
  const columns = [{ name: "a" }, { name: "b" }];
  const row = String.raw`{"a":"\"b\":1","b":"a"}`;
  const { values } = readRow(Buffer.from(row), { ...settings, columns }, "BYTES", new Set(["a", "b"]));
  expect(values).toEqual(['"b":1', "a"]);
});

it("tells a number beyond all numbers as such", () => {
  const columns = [{ name: "a" }];
  const beyond = () => readRow(Buffer.from('{"a":1e999}'), { ...settings, columns }, "FP32", new Set(["a"]));
  expect(beyond).toThrow("found Infinity, expected a number");
});

it.each([(name: string) => `{"${name}":1}`, (name: string) => `{"${name}":1,"${name}":2}`])(
  "cuts a long name in the message, %#",
  (json) => {
    let message = "";
    try {
      read(json("n".repeat(100_000)));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^Data item "row\.json" has .*"n+…/);
    expect(message.length).toBeLessThan(300);
  },
);
