// Millrace beside the durable queues that people wire up themselves, over the same bucket, in the same run.
//   npm run bench -- --only engines [--rounds 5] [--inputs 10000] [--submissions 200] [--large-job 100000] [--small-jobs 2000] [--profile FOLDER] [--write]
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { farAway, noOp } from "../end-to-end/workload.js";
import { describeMachine, describeVersions } from "./surroundings.js";
import { measureLatency, type Latency } from "./latency.js";
import { parseEnginesOptions, type EnginesOptions } from "./options.js";
import { plotRatios } from "./plot-ratios.js";
import { drawTable, latencyTable, markdownTable, throughputTable, type ComparedWorkload } from "./report.js";
import { startSides } from "./sides.js";
import { compareThroughput } from "./throughput.js";
import { withGeneratedTables } from "./written-tables.js";

export interface EnginesResult {
  readonly machine: string;
  readonly versions: string;
  readonly missing: readonly string[];
  readonly workloads: readonly ComparedWorkload[];
  readonly latencies: readonly Latency[];
}

const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const picture = fileURLToPath(new URL("../../docs/pictures/engines.svg", import.meta.url));

export async function benchEngines(
  options: EnginesOptions,
  onWorkload: (workload: ComparedWorkload) => void = () => {},
): Promise<EnginesResult> {
  const machine = describeMachine();
  const running = await startSides(options.profileDirectory);
  try {
    const { sides, missing } = running;
    const workloads: ComparedWorkload[] = [];
    const near = { ...noOp, inputCount: options.inputs };
    for (const workload of [near, farAway(near)]) {
      const compared = {
        name: `${options.inputs.toLocaleString("en")} inputs of 1 KiB, ${workload.latencyMs} ms away`,
        sides: await compareThroughput(sides, workload, options.rounds),
      };
      onWorkload(compared);
      workloads.push(compared);
    }
    const latencies = await measureLatency(running, options);
    const versions = describeVersions(sides.map(({ storeVersion }) => storeVersion));
    return { machine, versions, missing, workloads, latencies };
  } finally {
    await running.close();
  }
}

/** Runs it as its parameters say, prints its tables, and writes them down if asked. */
export async function runEnginesBenchmark(parameters: readonly string[]): Promise<void> {
  const options = parseEnginesOptions(parameters);
  console.log(`Millrace beside durable queues, medians of ${options.rounds} rounds, the sides in turn`);
  const result = await benchEngines(options, (workload) => console.log(drawTable(throughputTable([workload]))));
  console.log(drawTable(latencyTable(result.latencies)));
  console.log([result.machine, result.versions, ...result.missing].join("\n"));
  if (!options.write) return;
  await writeFile(page, withGeneratedTables(await readFile(page, "utf8"), documentOf(result, options), "engines"));
  await writeFile(picture, `${await plotRatios(result.workloads)}\n`);
}

function documentOf(
  { machine, versions, missing, workloads, latencies }: EnginesResult,
  options: EnginesOptions,
): string {
  const day = new Date().toISOString().slice(0, 10);
  return [
    `Measured on ${day}: ${machine}; ${versions}. Medians of ${options.rounds} rounds.${missing.map((why) => ` ${why}.`).join("")}\n`,
    "![How many times as fast as each of the others Millrace is](pictures/engines.svg)\n",
    markdownTable(throughputTable(workloads)),
    markdownTable(latencyTable(latencies)),
  ].join("\n");
}
