import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { ListingError } from "./listed-input.js";
import { openSpool } from "./spool.js";

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});
const makeDirectory = async () => {
  directories.push(await mkdtemp(join(tmpdir(), "millrace-spool-")));
  return directories.at(-1) as string;
};
const inputs = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `grüß\n${from + index}`, dataItems: { input: "x" } }));

it("returns inputs in order, a thousand at a time, and leaves no file", async () => {
  const directory = await makeDirectory();
  const spool = await openSpool(join(directory, "listings"));
  await spool.add(inputs(0, 1_500));
  await spool.add([{ name: "broken", failure: { code: "internal", message: "why" } }]);
  await spool.add(inputs(1_500, 700));
  const pages = [];
  for await (const page of spool.read()) pages.push(page);
  expect(pages.map((page) => page.length)).toEqual([1_000, 1_000, 201]);
  expect(pages.flat()).toEqual([
    ...inputs(0, 1_500),
    { name: "broken", failure: { code: "internal", message: "why" } },
    ...inputs(1_500, 700),
  ]);
  expect(spool.count).toBe(2_201);
  expect(await readdir(join(directory, "listings"))).toEqual([]);
  await spool.close();
});

it("rejects more than its limit with an error", async () => {
  const spool = await openSpool(await makeDirectory(), 50_000);
  await spool.add(inputs(0, 800));
  await expect(spool.add(inputs(800, 800))).rejects.toThrow(ListingError);
  await spool.add([{ name: "query", failure: { code: "input.too_many", message: "too many" } }]);
  expect(spool.count).toBe(801);
  await spool.close();
});
