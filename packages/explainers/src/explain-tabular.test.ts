import { expect, test } from "vitest";
import { hideColumns } from "./explain-tabular.js";
import { createSeededRandom } from "./seeded-random.js";

const rows = Array.from({ length: 20 }, (_, index) => ({ age: index, city: "Rome" }));
const hide = (input: unknown, samples = 2_000, background = { rows, assumed: [] as string[] }) =>
  hideColumns({ row: Buffer.from(JSON.stringify(input)) }, "row", background, {
    samples,
    random: createSeededRandom(0),
  });
const parsed = (items: readonly Readonly<Record<string, Uint8Array>>[]) =>
  items.map((one) => JSON.parse(Buffer.from(one["row"] ?? []).toString()) as unknown);
const attribution = (scores: number[]) => ({ scores, baseValue: 0, fidelity: null, addsUp: true });

test("a column missing from the background is kept, not explained, and mentioned in the notice", async () => {
  const row = hide({ age: 40, name: "Ada", city: "Bern" });
  expect(row.notices).toEqual([expect.stringContaining('lacks them: the columns "name"')]);
  const changed = parsed(await row.hide(Uint8Array.of(0, 1)));
  expect(changed).toHaveLength(20);
  expect(changed[3]).toEqual({ age: 3, name: "Ada", city: "Bern" });
  expect(() => hide({ name: "Ada" })).toThrow("background has none of the columns");
});

test("a row with a byte order mark is the row without it", async () => {
  const bytes = Buffer.from(`\uFEFF${JSON.stringify({ age: 40, city: "Bern" })}`);
  const row = hideColumns(
    { row: bytes },
    "row",
    { rows, assumed: [] },
    { samples: 100, random: createSeededRandom(0) },
  );
  expect(row.size).toBe(2);
  expect(parsed(await row.hide(Uint8Array.of(1, 0)))[0]).toEqual({ age: 40, city: "Rome" });
});

test("a condition names the typical value of a number", () => {
  expect(hide({ age: 40, city: "Bern" }).describe(attribution([1, 2])).featureImportance).toEqual([
    { feature: "city", condition: '= "Bern"', score: 2 },
    { feature: "age", condition: "= 40 (typically 9.5)", score: 1 },
  ]);
});

test("mentions an undeclared mean", () => {
  const background = { rows: [{ age: 0, city: "Rome" }], assumed: ["age"] };
  expect(hide({ age: 40, city: "Bern" }, 100, background).notices).toEqual([
    expect.stringContaining(
      'Assumed to be typically 0, because model.yaml declares no mean for them: the columns "age"',
    ),
  ]);
});

test("spends few samples on combinations, with rows chosen by the seed", async () => {
  const row = hide({ age: 40, city: "Bern" }, 16);
  const changed = await row.hide(Uint8Array.of(0, 0));
  expect(changed).toHaveLength(5);
  expect(row.samples).toBe(4);
  expect(parsed(await hide({ age: 40, city: "Bern" }, 16).hide(Uint8Array.of(0, 0)))).toEqual(parsed(changed));
});

test("rejects a list of rows and says what to do", () => {
  expect(() => hide([{ age: 1 }, { age: 2 }])).toThrow(
    "is a list of 2 rows, but only one row can be explained at a time",
  );
});
