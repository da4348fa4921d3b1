import { expect, test } from "vitest";
import { isPattern, literal, parsePattern } from "./pattern.js";

test.each([
  ["reviews/*.txt", true],
  ["reviews/**", true],
  ["a?.txt", true],
  ["a[12].txt", true],
  ["{a,b}.txt", true],
  ["reviews/first.txt", false],
  ["reviews/", false],
  ["a (2).txt", false],
  ["!important.txt", false],
  ["50%+more.txt", false],
  [String.raw`a\*.txt`, false],
])("%s is a pattern: %s", (path, expected) => {
  expect(isPattern(path)).toBe(expected);
});

test.each([
  [
    "reviews/*.txt",
    "reviews/",
    ["reviews/a.txt"],
    ["reviews/b/a.txt", "reviews/a.jpg", "reviews/.a.txt", "other/a.txt"],
  ],
  ["reviews/**/*.txt", "reviews/", ["reviews/a.txt", "reviews/b/c/a.txt"], ["reviews/b/a.jpg"]],
  ["**", "", ["a", "a/b/c.txt"], []],
  ["2024-*/x.txt", "", ["2024-01/x.txt"], ["2025-01/x.txt"]],
  ["photos (2)/*.jpg", "photos (2)/", ["photos (2)/a (1).jpg"], ["photos 2/a.jpg"]],
  [String.raw`odd\[1\]/*`, "odd[1]/", ["odd[1]/a"], ["odd1/a"]],
  ["/absolute/*", "/absolute/", ["/absolute/a"], ["absolute/a"]],
  ["a/{b,c}/[0-9].png", "a/", ["a/b/1.png", "a/c/2.png"], ["a/d/1.png", "a/b/x.png"]],
])("%s lies below %j and matches", (path, folder, matching, others) => {
  const pattern = parsePattern(path);
  expect(pattern.folder).toBe(folder);
  expect(matching.filter((one) => !pattern.matches(one))).toEqual([]);
  expect(others.filter((one) => pattern.matches(one))).toEqual([]);
});

test("a backslash makes a wildcard an ordinary character", () => {
  expect(literal(String.raw`a\*\[1\].txt`)).toBe("a*[1].txt");
});
