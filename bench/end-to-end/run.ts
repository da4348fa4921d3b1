// Whole jobs through the SDK and the server, against scripts that do the same by hand over the same bucket.
//   node --import tsx bench/end-to-end/run.ts [--rounds 3]
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { startChild } from "./child.js";
import type { HandWrittenTask } from "./hand-written.js";
import { runMillraceJob } from "./millrace-job.js";
import { farAway, noOp, sentiment, type Workload } from "./workload.js";

/** One line of the result: medians over the rounds. */
export interface EndToEndRow {
  readonly workload: string;
  readonly side: string;
  readonly seconds: number;
  readonly inputsPerSecond: number;
  /** Millrace's inputs per second divided by this side's: 1 is as fast, above 1 Millrace is faster. */
  readonly millraceRatio: number;
}

type Side = { readonly name: string; run(): Promise<number> };

/**
 * Measures both jobs; each round runs every side once, in turn.
 *
 * @param options.inputCount of each job, if not its own.
 */
export async function benchEndToEnd(options: { rounds?: number; inputCount?: number } = {}): Promise<EndToEndRow[]> {
  const { rounds = 3, inputCount } = options;
  const sized = (workload: Workload): Workload =>
    inputCount === undefined
      ? workload
      : { ...workload, inputCount, name: workload.name.replace(/^[\d,]+/, inputCount.toLocaleString("en")) };
  const undos: (() => Promise<unknown>)[] = [];
  try {
    const objects = startChild("object-server.ts");
    undos.push(() => objects.end());
    const endpoint = `http://127.0.0.1:${await objects.receive<number>()}`;
    const server = await startMillrace(endpoint, undos);
    const byHand = startChild("hand-written.ts");
    undos.push(() => byHand.end());
    const handWritten = (workload: Workload, inFlight: number): Side => ({
      name: inFlight === 1 ? "by hand, one after another" : `by hand, ${inFlight} in flight`,
      run: () => byHand.ask<number>({ endpoint, workload, inFlight } satisfies HandWrittenTask),
    });
    const millrace = (workload: Workload): Side => ({ name: "millrace", run: () => runMillraceJob(workload, server) });
    const sidesOf = (workload: Workload, ...inFlight: number[]) => [
      millrace(workload),
      ...inFlight.map((count) => handWritten(workload, count)),
    ];
    const rows: EndToEndRow[] = [];
    for (const workload of [noOp, farAway(noOp)].map(sized))
      rows.push(...(await compare(workload, sidesOf(workload, 32), rounds)));
    for (const workload of [sentiment, farAway(sentiment)].map(sized))
      rows.push(...(await compare(workload, sidesOf(workload, 1, 32), rounds)));
    return rows;
  } finally {
    for (const undo of undos.toReversed()) await undo();
  }
}

async function startMillrace(s3Endpoint: string, undos: (() => Promise<unknown>)[]) {
  const directory = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  undos.push(() => rm(directory, { recursive: true, force: true }));
  // PostgreSQL refuses to run as root: then another user has to pass through here.
  await chmod(directory, 0o755);
  const apiKey = `bench.${randomBytes(24).toString("hex")}`;
  const server = startChild("millrace-server.ts");
  undos.push(() => server.end());
  const baseUrl = await server.ask<string>({ dataDirectory: join(directory, "data"), apiKey, s3Endpoint });
  return { baseUrl, apiKey };
}

async function compare({ name, inputCount }: Workload, sides: readonly Side[], rounds: number): Promise<EndToEndRow[]> {
  const seconds = new Map<Side, number[]>(sides.map((side) => [side, []]));
  // The first round only warms up: models load, code is compiled.
  for (let round = 0; round <= rounds; round += 1)
    for (const side of sides) {
      const measured = await side.run();
      if (round > 0) seconds.get(side)?.push(measured);
    }
  const medianOf = (side: Side | undefined) => median((side && seconds.get(side)) ?? []);
  return sides.map((side) => ({
    workload: name,
    side: side.name,
    seconds: medianOf(side),
    inputsPerSecond: inputCount / medianOf(side),
    millraceRatio: medianOf(side) / medianOf(sides[0]),
  }));
}

/** The table that people read. */
export function formatEndToEnd(rows: readonly EndToEndRow[]): string {
  const table = new Table({
    head: ["job", "side", "seconds", "inputs/s", "millrace is x as fast"],
    colAligns: ["left", "left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows)
    table.push([
      row.workload,
      row.side,
      row.seconds.toFixed(2),
      row.inputsPerSecond.toFixed(0),
      row.side === "millrace" ? "" : row.millraceRatio.toFixed(2),
    ]);
  return table.toString();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
  const rows = await benchEndToEnd({ rounds: Number(values.rounds) });
  console.log(`Jobs end to end, ${values.rounds} rounds in turn, medians, Node ${process.version}`);
  console.log(formatEndToEnd(rows));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
