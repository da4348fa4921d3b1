// npm run bench -- --check: fails when a ratio is less than half of the recorded one, twice in a row.
// npm run bench -- --record: measures the same, and writes bench/check/ratios.json.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { drawTable } from "../engines/report.js";
import { checkSource } from "./check-source.js";
import { brokenFactor, compareRatios, type RatioComparison, type Ratios } from "./compare-ratios.js";
import { ratioSources, type RatioSource } from "./sources.js";

const recordedFile = fileURLToPath(new URL("ratios.json", import.meta.url));

/** Benchmark, then name, then ratio. */
type RecordedRatios = Readonly<Record<string, Ratios>>;

/** Measures the benchmarks of these names, prints every ratio, and exits with 1 if one has broken. */
export async function checkRatios(names: readonly string[]): Promise<void> {
  const recorded = await readRecorded();
  let passed = 0;
  let failed = 0;
  for (const [name, source] of sourcesOf(names)) {
    const compared = await checkSource(source, recorded[name] ?? {});
    console.log(drawTable(tableOf(name, compared)));
    const judged = compared.filter((ratio) => ratio.measured !== undefined && ratio.recorded !== undefined);
    // One that was recorded and now measures none of its ratios has not shown that nothing broke.
    if (judged.length === 0 && recorded[name] !== undefined) failed += 1;
    failed += judged.filter(({ isBroken }) => isBroken).length;
    passed += judged.filter(({ isBroken }) => !isBroken).length;
  }
  if (failed > 0) console.log(`A ratio that is less than 1/${brokenFactor} of the recorded one has broken.`);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

export async function recordRatios(names: readonly string[]): Promise<void> {
  const recorded = new Map(Object.entries(await readRecorded()));
  for (const [name, source] of sourcesOf(names)) {
    const ratios = await source();
    console.log(drawTable(tableOf(name, compareRatios(recorded.get(name) ?? {}, ratios))));
    recorded.set(name, rounded(ratios));
  }
  await writeFile(recordedFile, `${JSON.stringify(Object.fromEntries(recorded), undefined, 2)}\n`);
}

function sourcesOf(names: readonly string[]): [string, RatioSource][] {
  return Object.entries(ratioSources).filter(([name]) => names.includes(name));
}

async function readRecorded(): Promise<RecordedRatios> {
  return JSON.parse(await readFile(recordedFile, "utf8")) as RecordedRatios;
}

function rounded(ratios: Ratios): Ratios {
  return Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toPrecision(2))]));
}

function tableOf(name: string, compared: readonly RatioComparison[]) {
  const shown = (ratio: number | undefined) => ratio?.toFixed(2) ?? "";
  return {
    head: [name, "", "recorded", "measured"],
    texts: 2,
    rows: compared.map((ratio) => [ratio.name, verdictOf(ratio), shown(ratio.recorded), shown(ratio.measured)]),
  };
}

function verdictOf({ recorded, measured, isBroken }: RatioComparison): string {
  if (recorded === undefined) return "not recorded";
  if (measured === undefined) return "not measured";
  return isBroken ? "BROKEN" : "ok";
}
