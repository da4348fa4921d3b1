import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { manifestOf } from "../../test/explanations/known-answers.js";
import { readBackground } from "./background.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "background-"));
});
afterAll(() => rm(directory, { recursive: true }));

const fromFile = async (content: string) => {
  await writeFile(join(directory, "rows.json"), content);
  return readBackground(manifestOf("application/json", { directory, explanationBackground: "rows.json" }), []);
};

test("typical rows come from the model's file, at most 20 of them", async () => {
  const rows = Array.from({ length: 30 }, (_, age) => ({ age }));
  expect(await fromFile(JSON.stringify(rows))).toEqual({ rows: rows.slice(0, 20), assumed: [] });
});

test.each(["no JSON", "{}", "[]", "[1]"])("rejects a file that contains %s and names it", async (content) => {
  await expect(fromFile(content)).rejects.toThrow("rows.json of the model is not a JSON array of rows");
});

test("without a file, declared means and first categories form one typical row", async () => {
  const columns = [{ name: "age", mean: 40 }, { name: "city", categories: ["Rome", "Bern"] }, { name: "debt" }];
  const background = await readBackground(manifestOf("application/json"), columns);
  expect(background).toEqual({ rows: [{ age: 40, city: "Rome", debt: 0 }], assumed: ["debt"] });
});

test("cannot explain a model that does not describe its columns", async () => {
  await expect(readBackground(manifestOf("application/json"), [])).rejects.toThrow("names no file of typical rows");
});
