import { expect, test } from "vitest";
import { findWords, groupWords, withoutWords } from "./words.js";

test.each([
  ["Don’t stop: 3.5 stars", ["Don’t", "stop", "3.5", "stars"]],
  ["今日は良い天気です", ["今日", "は", "良い", "天気", "です"]],
  ["用hello世界", ["用", "hello", "世界"]],
  ["สวัสดีครับ", ["สวัสดี", "ครับ"]],
  ["ខ្ញុំស្រលាញ់", ["ខ្ញុំ", "ស្រលាញ់"]],
  ["great!!! :) <3 :-D ;p", ["great", "!!!", ":)", "<3", ":-D", ";p"]],
  ["👍🏽 👩‍👩‍👧 🇪🇺", ["👍🏽", "👩‍👩‍👧", "🇪🇺"]],
  ["see https://example.com, (really).", ["see", "https", "example.com", "really"]],
  ["...", []],
])("%j has the words %j at the right offsets", (text, expected) => {
  const words = findWords(text);
  expect(words.map(({ word }) => word)).toEqual(expected);
  for (const { word, start, end } of words) expect(text.slice(start, end)).toBe(word);
});

test("groups contain neighboring words, have nearly the same size and cover every word", () => {
  const words = findWords("a b c d e f g");
  expect(groupWords(words, 3).map((group) => group.map(({ word }) => word).join(""))).toEqual(["ab", "cd", "efg"]);
  expect(groupWords(words, 9)).toHaveLength(7);
});

test("a text without words keeps its other characters, or becomes a full stop", () => {
  expect(withoutWords("So, so.", findWords("So, so."))).toBe(", .");
  expect(withoutWords("so so", findWords("so so"))).toBe(".");
});
