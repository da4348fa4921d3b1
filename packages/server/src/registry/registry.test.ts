import { expect, it } from "vitest";
import { createRegistry } from "./registry.js";

const text = { type: "text", size: 1 };
const folder = { type: "folder", size: 2 };

it("finds entries by type and lists the known types", () => {
  const sources = createRegistry("input source", [text, folder]);
  expect([sources.find("text"), sources.find("constructor")]).toEqual([text, undefined]);
  expect(sources.require("folder")).toBe(folder);
  expect(() => sources.require("ftp")).toThrow('Unknown input source "ftp": expected one of text, folder.');
});

it("rejects two entries of the same type", () => {
  expect(() => createRegistry("input source", [text, { ...text }])).toThrow(
    'There are two input sources of type "text".',
  );
});
