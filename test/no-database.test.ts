import { expect, inject, it } from "vitest";

it("no unit test can reach a database", async () => {
  expect(inject("postgresUrl")).toBeUndefined();
  const { default: pg } = await import("pg");
  const { run } = await import("graphile-worker");
  expect(() => new pg.Client()).toThrow(/^Unit tests reach no database/);
  expect(() => new pg.Pool()).toThrow(/^Unit tests reach no database/);
  expect(() => run({})).toThrow(/^Unit tests reach no database/);
});
