import { expect, test } from "vitest";
import { hideWords } from "./explain-text.js";

const hide = (input: Uint8Array, options = { samples: 500, classCount: 1 }) => hideWords({ input }, "input", options);
const attribution = (scores: number[]) => ({ scores, baseValue: 0, fidelity: null, addsUp: false });
const textOf = (items: readonly Readonly<Record<string, Uint8Array>>[], encoding = "utf8" as BufferEncoding) =>
  Buffer.from(items[0]?.["input"] ?? []).toString(encoding);

test("removes words from the bytes of a text, whatever surrounds them", async () => {
  const text = hide(Buffer.from("« Très bien » — 太好了!"));
  expect(text.size).toBe(4);
  expect(textOf(await text.hide(Uint8Array.of(0, 1, 1, 0)))).toBe("«  bien » — 太好了");
  expect(textOf(await text.hide(Uint8Array.of(0, 0, 0, 0)))).toBe("«   » — ");
  expect(textOf(await hide(Buffer.from("so so")).hide(Uint8Array.of(0, 0)))).toBe(".");
});

test("a byte order mark is no part of the text, and is kept in front of it", async () => {
  const text = hide(Buffer.from("\uFEFFgood day"));
  expect(text.describe(attribution([1, 2])).wordImportance).toEqual([
    { word: "good", index: 0, start: 0, end: 4, score: 1 },
    { word: "day", index: 1, start: 5, end: 8, score: 2 },
  ]);
  expect(textOf(await text.hide(Uint8Array.of(0, 1)))).toBe("\uFEFF day");
});

test("reads and writes invalid UTF-8 as Windows-1252, and rejects zero bytes", async () => {
  const text = hide(Buffer.from("très bien", "latin1"));
  expect(text.describe(attribution([1, 2])).wordImportance.map(({ word }) => word)).toEqual(["très", "bien"]);
  expect(textOf(await text.hide(Uint8Array.of(1, 0)), "latin1")).toBe("très ");
  expect(() => hide(Buffer.from("\xFF\xFEg\0o\0", "latin1"))).toThrow("is UTF-16 text: convert it to UTF-8, so that");
});

test("the more classes are explained, the sooner words are grouped", () => {
  const words = Array.from({ length: 400 }, (_, index) => `word${index}`).join(" ");
  const named = (classCount: number) => {
    const text = hide(Buffer.from(words), { samples: 40, classCount });
    return text.describe(attribution(Array.from({ length: text.size }, () => 1))).wordImportance.length;
  };
  expect([named(1), named(10)]).toEqual([400, 10]);
});
