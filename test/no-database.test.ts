import { expect, inject, it } from "vitest";

it("no unit test can reach a database", async () => {
  expect(inject("postgresUrl")).toBeUndefined();
  await expect(import("pg")).rejects.toThrow(/^Unit tests reach no database/);
  await expect(import("graphile-worker")).rejects.toThrow(/^Unit tests reach no database/);
});
