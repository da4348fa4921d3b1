import { describe, expect, it } from "vitest";
import { isPlainFileName } from "./plain-file-name.js";

describe("a file of a model", () => {
  it.each(["", ".", "..", "../x", "a/b", "a\\b", "a\nb", "a\u0000b", "\ud800", "x".repeat(256)])(
    "cannot have the name %j",
    (name) => expect(isPlainFileName(name)).toBe(false),
  );

  it.each(["results.json", "a b", "..x", "ünïcödé.txt", "x".repeat(255)])("can be named %j", (name) =>
    expect(isPlainFileName(name)).toBe(true),
  );
});
