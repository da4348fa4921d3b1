import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { contractTypes, contractTypesFile } from "../../scripts/contract-types.js";

test("the SDK's types are those of the contract", async () => {
  expect(
    await readFile(contractTypesFile, "utf8"),
    "Run: node --conditions=source --import tsx scripts/contract-types.ts",
  ).toBe(await contractTypes());
});
