import fc from "fast-check";
import { expect, test } from "vitest";
import { foldedName, markedFileName, safeFileName } from "./file-name.js";

test.each(["first.txt", "mask.png", "名前.jpg", "a (2).txt", "no-extension", "x".repeat(200)])("%s stays", (name) => {
  expect(safeFileName(name)).toBe(name);
});

test.each([
  ["../../etc/passwd", /^_.{0,3}_etc_passwd~\w{10}$/],
  ["..", /^_~\w{10}$/],
  [".", /^_~\w{10}$/],
  ["", /^~\w{10}$/],
  ["/etc/passwd", /^_etc_passwd~\w{10}$/],
  [String.raw`C:\Windows\x`, /^C__Windows_x~\w{10}$/],
  [".bashrc", /^_bashrc~\w{10}$/],
  ["-rf", /^_rf~\w{10}$/],
  ["a\u001B[2Jb\n.txt", /^a_\[2Jb_~\w{10}\.txt$/],
  ["\u202Egpj.exe", /^_gpj~\w{10}\.exe$/],
  ["NUL.txt", /^_NUL~\w{10}\.txt$/],
  ["com1", /^_com1~\w{10}$/],
  ["trailing. ", /^trailing\._~\w{10}$/],
  [`${"é".repeat(300)}.txt`, /^é{92}~\w{10}\.txt$/],
])("%j becomes a name that is safe", (name, expected) => {
  expect(safeFileName(name)).toMatch(expected);
});

test("no name leaves its folder, is too long or steers a terminal", () => {
  const names = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.string({ unit: "grapheme", maxLength: 400 }),
  );
  fc.assert(
    fc.property(names, (name) => {
      const safe = safeFileName(name);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(220);
      expect(safe).not.toMatch(/[\p{Cc}\p{Cf}/\\:*?"<>|]|^[.-]|^$|[. ]$/u);
      // Stays as it is when it is read back from the file system.
      expect(Buffer.from(safe).toString()).toBe(safe);
    }),
    { numRuns: 500 },
  );
});

test("what differs only in case or Unicode form has the same folded name, and other marks", () => {
  const pairs = [
    ["A.txt", "a.TXT"],
    ["\u00E9", "e\u0301"],
    ["straße", "STRASSE"],
  ] as const;
  for (const [one, other] of pairs) {
    expect(foldedName(one)).toBe(foldedName(other));
    expect(markedFileName("a", one)).not.toBe(markedFileName("a", other));
  }
});
