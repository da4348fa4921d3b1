import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText, decodeUtf16 } from "./decode-text.js";

const latin = "Grüße: 12 €, naïve café";
const encode = (text: string, encoding: "utf16le" | "utf16be") => {
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "utf16le" ? bytes : bytes.swap16();
};

test("reads UTF-8 with and without a byte order mark as the same text", () => {
  expect(decodeText(Buffer.from(latin))).toBe(latin);
  expect(decodeText(Buffer.from(`\uFEFF${latin}`))).toBe(latin);
  expect(decodeText(new Uint8Array())).toBe("");
  expect(decodeText(Buffer.from("\uFEFF"))).toBe("");
});

test.each(["utf16le", "utf16be"] as const)("names and reads %s, with a byte order mark and without", (encoding) => {
  for (const text of [latin, `\uFEFF${latin}`, "\uFEFF太好了 👍", "\uFEFFa"]) {
    const bytes = encode(text, encoding);
    expect(() => decodeText(bytes)).toThrow("is UTF-16 text: convert it to UTF-8");
    expect(decodeUtf16(bytes)).toBe(text.replace("\uFEFF", ""));
  }
});

test("names UTF-32", () => {
  const bytes = Buffer.from(Uint32Array.from("\uFEFFtext", (letter) => letter.codePointAt(0) ?? 0).buffer);
  expect(() => decodeText(bytes)).toThrow("is UTF-32 text: convert it to UTF-8");
});

test.each<[string, Buffer, number, string]>([
  ["Windows-1252", Buffer.from("caf\xe9 au lait", "latin1"), 3, "E9"],
  ["a byte after a real replacement character", Buffer.from([0xef, 0xbf, 0xbd, 0x61, 0xff]), 4, "FF"],
  ["a character that is cut off", Buffer.from("né").subarray(0, 2), 1, "C3"],
  ["a byte after a mark", Buffer.concat([Buffer.from("\uFEFFé"), Buffer.of(0x80)]), 5, "80"],
  ["bytes that only begin like UTF-16", Buffer.of(0xff, 0xfe, 0, 0x80, 0xc3), 0, "FF"],
  ["a lone surrogate in UTF-16", Buffer.of(0xff, 0xfe, 0, 0xd8, 0x61, 0), 0, "FF"],
])("says where %s stops being UTF-8", (_name, bytes, at, byte) => {
  expect(() => decodeText(bytes)).toThrow(`is not UTF-8 text: byte ${at} is 0x${byte}; convert it to UTF-8`);
});

test("numbers of 16 bits are not taken for text, nor is a text with a zero", () => {
  expect(decodeUtf16(Buffer.from(Uint16Array.of(1, 2, 3, 4, 500).buffer))).toBeUndefined();
  expect(decodeUtf16(Buffer.from("a\0b\0"))).toBe("ab");
  expect(decodeText(Buffer.from("one\0two"))).toBe("one\0two");
});

test("any text is read as it was written, and any bytes are read or refused with a place", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      fc.pre(text.isWellFormed() && !text.includes("\0") && !text.startsWith("\uFEFF"));
      expect(decodeText(Buffer.from(text))).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        decodeText(bytes);
      } catch (error) {
        const [, place] = /byte (\d+) is/.exec((error as Error).message) ?? [];
        if (place !== undefined) expect(() => decodeText(bytes.subarray(0, Number(place)))).not.toThrow();
      }
    }),
  );
});
