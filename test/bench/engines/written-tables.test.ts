import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { markdownTable } from "../../../bench/engines/report.js";
import { withGeneratedTables } from "../../../bench/engines/written-tables.js";

it.each(["engines", "models"] as const)(
  "the page has a place for the tables of %s, which a run replaces",
  (benchmark) => {
    const page = readFileSync(new URL("../../../docs/benchmarks.md", import.meta.url), "utf8");
    const table = markdownTable({ head: ["Side", "Seconds"], texts: 1, rows: [["Millrace", "1.00"]] });
    expect(table).toBe("| Side | Seconds |\n|---|---:|\n| Millrace | 1.00 |\n");
    const written = withGeneratedTables(page, table, benchmark);
    expect(written).toContain(`\n\n${table}\n<!-- end`);
    expect(withGeneratedTables(written, table, benchmark)).toBe(written);
    expect(() => withGeneratedTables("# Benchmarks\n", table, benchmark)).toThrow("markers");
  },
);
