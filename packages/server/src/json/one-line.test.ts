import fc from "fast-check";
import { expect, it } from "vitest";
import { onOneLine } from "./one-line.js";

it("is one line with the same value, for every line reader", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "\n", "\r", "\u0085", "\u2028", "\u2029", '"', "\\", "\v", "\f"),
  });
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.dictionary(text, tie("any")),
      fc.array(tie("any")),
    ),
  })).any;
  fc.assert(
    fc.property(value, fc.constantFrom("", " ", "\t", "\n", "\r\n"), (any, indent) => {
      const pretty = JSON.stringify(any, null, 1).replaceAll("\n ", `\n${indent}`);
      const line = onOneLine(pretty);
      expect(line).not.toMatch(/[\n\r\v\f\u0085\u2028\u2029]/);
      expect(JSON.parse(line)).toEqual(JSON.parse(pretty));
    }),
  );
});

it("keeps digits that a JavaScript number would lose", () => {
  expect(onOneLine("[\n12345678901234567890.10,\r\n1e400]")).toBe("[ 12345678901234567890.10,  1e400]");
});
