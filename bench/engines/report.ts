import Table from "cli-table3";
import type { Latency } from "./latency.js";
import type { ComparedSide } from "./statistics.js";

/** A table before it is drawn: the first `texts` columns are words, the others figures. */
export interface ReportTable {
  readonly head: readonly string[];
  readonly texts: number;
  readonly rows: readonly (readonly string[])[];
}

export interface ComparedWorkload {
  readonly name: string;
  readonly sides: readonly ComparedSide[];
}

/** One row a side and workload. */
export function throughputTable(workloads: readonly ComparedWorkload[]): ReportTable {
  return {
    head: ["Job", "Side", "Seconds", "Shortest–longest", "Inputs/s", "Millrace is × as fast", ...cpuHead],
    texts: 2,
    rows: workloads.flatMap(({ name, sides }) =>
      sides.map((side, index) => [
        index === 0 ? name : "",
        side.side,
        side.seconds.toFixed(2),
        `${side.shortestSeconds.toFixed(2)}–${side.longestSeconds.toFixed(2)}`,
        grouped(side.inputsPerSecond),
        index === 0 ? "" : side.millraceRatio.toFixed(2),
        ...cpuCells(side),
      ]),
    ),
  };
}

/** One row a kind of small job. */
export function latencyTable(rows: readonly Latency[]): ReportTable {
  const ms = (value: number) => (Number.isNaN(value) ? "" : value.toFixed(1));
  return {
    head: ["Work", "Side", "p50, ms", "p99, ms", "ms a job", "Jobs", "p50 against"],
    texts: 2,
    rows: rows.map(({ work, side, p50Ms, p99Ms, meanMs, jobs, against }) => [
      work,
      side,
      ms(p50Ms),
      ms(p99Ms),
      ms(meanMs),
      grouped(jobs),
      against === undefined ? "" : `${against.ratio.toFixed(1)} × ${against.name}`,
    ]),
  };
}

/** For a terminal. */
export function drawTable({ head, texts, rows }: ReportTable): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column < texts ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** For a document in Markdown. */
export function markdownTable({ head, texts, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = `|${head.map((_, column) => (column < texts ? "---" : "---:")).join("|")}|\n`;
  return `${line(head)}${rule}${rows.map(line).join("")}`;
}

// Microseconds of CPU per input.
const cpuHead = ["CPU, µs/input: server", "store", "engine", "client"];

function cpuCells({ cpu, clientCpu }: ComparedSide): string[] {
  const cells = cpu === undefined ? [NaN, NaN, NaN] : [cpu.server, cpu.store, cpu.engine];
  // What a process that only waits uses is not worth a figure.
  return [...cells, clientCpu].map((value) => (value >= 1 ? value.toFixed(0) : ""));
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}
