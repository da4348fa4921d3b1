import { expect, it } from "vitest";
import { prepared } from "./prepared.js";

it("has one name for each text, which PostgreSQL does not cut off", () => {
  const [first, again, other] = [prepared("SELECT $1", [1]), prepared("SELECT $1", [2]), prepared("SELECT $1, 1", [1])];
  expect(first).toMatchObject({ text: "SELECT $1", values: [1] });
  expect(again.name).toBe(first.name);
  expect(other.name).not.toBe(first.name);
  expect(first.name?.length).toBeLessThan(64);
});
