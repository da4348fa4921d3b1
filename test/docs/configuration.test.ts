import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { configurationPage, withConfigurationTable } from "../../scripts/configuration-table.js";

test("docs/configuration.md lists the settings of the schema", async () => {
  const page = await readFile(configurationPage, "utf8");
  expect(page, "Run: node --conditions=source --import tsx scripts/configuration-table.ts").toBe(
    withConfigurationTable(page),
  );
});
