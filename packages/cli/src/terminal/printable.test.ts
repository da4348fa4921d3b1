import { expect, it } from "vitest";
import { printable, printableIn, printableJson, printableLines } from "./printable.js";

it("shows what steers a terminal as escapes, and leaves other text alone", () => {
  expect(printable("a\u001B[2Jb\u0007\u007F\u009B\u202Ec\u2066\n")).toBe(
    String.raw`a\u001b[2Jb\u0007\u007f\u009b\u202ec\u2066\u000a`,
  );
  expect(printable("naïve 名前 🙂 עברית")).toBe("naïve 名前 🙂 עברית");
  expect(printableLines("a\n\u001B")).toBe("a\n\\u001b");
});

it("reaches every text and name of a value", () => {
  const at = new Date(0);
  expect(printableIn({ "\u0007": ["\u0007", { a: "\u0007" }], at, count: 1, none: null })).toEqual({
    "\\u0007": ["\\u0007", { a: "\\u0007" }],
    at,
    count: 1,
    none: null,
  });
});

it("JSON means the same", () => {
  const value = { "\u009B2J": ["\u202E", "\u001B[2J", "\n"] };
  for (const indent of [undefined, 2]) {
    expect(printableJson(value, indent)).not.toMatch(/[\u0080-\u009F\u202E]/);
    expect(JSON.parse(printableJson(value, indent))).toEqual(value);
  }
});
