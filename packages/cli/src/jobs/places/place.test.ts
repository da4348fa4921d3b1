import { expect, it } from "vitest";
import { createUniqueNames } from "./place.js";

it("gives no name twice", () => {
  const uniqueName = createUniqueNames();
  expect(["a", "a (2)", "a", "a", "a (2)", "b"].map(uniqueName)).toEqual([
    "a",
    "a (2)",
    "a (3)",
    "a (4)",
    "a (2) (2)",
    "b",
  ]);
});

// Tried from 2 upwards for each of them, this takes hours.
it("names 150,000 files that are called the same", () => {
  const uniqueName = createUniqueNames();
  const names = Array.from({ length: 150_000 }, () => uniqueName("image.jpg"));
  expect(new Set(names).size).toBe(names.length);
});
