import type { ReportTable } from "../engines/report.js";
import type { ComparedModelSide } from "./measure.js";
import { totalOf, type MemoryBytes } from "./peak-memory.js";

export interface ComparedModel {
  readonly name: string;
  /** Millrace comes first. */
  readonly sides: readonly ComparedModelSide[];
}

/** One row a side and workload. A ratio above 1 is in Millrace's favor where it is of speed, below 1 where it is of CPU. */
export function modelsTable(models: readonly ComparedModel[]): ReportTable {
  return {
    head: [
      "Job",
      "Side",
      "Inputs/s: loading the model",
      "loaded",
      "slowest–fastest",
      "Millrace is × as fast: loading",
      "loaded",
      "CPU, ms/input",
      "server + store + engine",
      "Millrace takes ×",
      "Peak memory, MB",
      "server + store + engine",
      "Same best class",
    ],
    texts: 2,
    rows: models.flatMap(({ name, sides }) =>
      sides.map((side, index) => {
        const [millrace = side] = sides;
        return [
          index === 0 ? name : "",
          side.side,
          side.coldPerSecond.toFixed(1),
          side.warmPerSecond.toFixed(1),
          `${side.slowestPerSecond.toFixed(1)}–${side.fastestPerSecond.toFixed(1)}`,
          index === 0 ? "" : (millrace.coldPerSecond / side.coldPerSecond).toFixed(2),
          index === 0 ? "" : (millrace.warmPerSecond / side.warmPerSecond).toFixed(2),
          ...partCells(side.cpuMs, 1),
          index === 0 || millrace.cpuMs === undefined || side.cpuMs === undefined
            ? ""
            : (totalOf(millrace.cpuMs) / totalOf(side.cpuMs)).toFixed(2),
          ...partCells(side.memory, 1e-6),
          index === 0 ? "" : `${(side.agreement * 100).toFixed(0)} %`,
        ];
      }),
    ),
  };
}

function partCells(parts: MemoryBytes | undefined, factor: number): [string, string] {
  if (parts === undefined) return ["", ""];
  const digits = factor === 1 ? 1 : 0;
  const all = [parts.server, parts.store, parts.engine].map((part) => (part * factor).toFixed(digits));
  return [(totalOf(parts) * factor).toFixed(digits), parts.store === 0 && parts.engine === 0 ? "" : all.join(" + ")];
}
