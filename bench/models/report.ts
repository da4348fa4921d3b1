import type { TopLevelSpec } from "vega-lite";
import type { ReportTable } from "../engines/report.js";
import type { ComparedModelSide } from "./measure.js";
import { totalOf, type MemoryBytes } from "./peak-memory.js";

export interface ComparedModel {
  readonly name: string;
  readonly rounds: number;
  /** Millrace comes first. */
  readonly sides: readonly ComparedModelSide[];
}

/** One row a side. A side's ratio is Millrace's figure divided by the side's: of speed, above 1 is better, of CPU and memory below 1. */
export function modelTable({ sides }: ComparedModel): ReportTable {
  const [millrace] = sides;
  const ratio = (side: ComparedModelSide, of: (one: ComparedModelSide) => number | undefined) => {
    const [own, other] = [millrace && of(millrace), of(side)];
    return side === millrace || own === undefined || other === undefined ? "" : (own / other).toFixed(2);
  };
  const cpuOf = ({ cpuMs }: ComparedModelSide) => cpuMs && totalOf(cpuMs);
  const memoryOf = ({ memory }: ComparedModelSide) => memory && totalOf(memory) / 1e6;
  return {
    head: [
      "Side",
      "Inputs/s, loading the model",
      "Millrace ×",
      "Inputs/s, loaded",
      "Slowest–fastest",
      "Millrace ×",
      "CPU, ms/input",
      "Millrace ×",
      "Peak memory, MB",
      "Millrace ×",
      "Same best class",
    ],
    texts: 1,
    rows: sides.map((side) => [
      side.side,
      side.coldPerSecond.toFixed(1),
      ratio(side, ({ coldPerSecond }) => coldPerSecond),
      side.warmPerSecond.toFixed(1),
      `${side.slowestPerSecond.toFixed(1)}–${side.fastestPerSecond.toFixed(1)}`,
      ratio(side, ({ warmPerSecond }) => warmPerSecond),
      partsOf(side.cpuMs, 1, 1),
      ratio(side, cpuOf),
      partsOf(side.memory, 1e-6, 0),
      ratio(side, memoryOf),
      side === millrace ? "" : `${(side.agreement * 100).toFixed(0)} %`,
    ]),
  };
}

/** The total and, of several processes, its parts. */
function partsOf(parts: MemoryBytes | undefined, factor: number, digits: number): string {
  if (parts === undefined) return "";
  const text = (value: number) => (value * factor).toFixed(digits);
  if (parts.store === 0 && parts.engine === 0) return text(parts.server);
  return `${text(totalOf(parts))} (${[parts.server, parts.store, parts.engine].map(text).join(" + ")})`;
}

/** A bar a side for each measure of each workload. */
export function modelsPlot(models: readonly ComparedModel[]): TopLevelSpec {
  const values = models.flatMap(({ name, sides }) =>
    sides.flatMap(({ side, coldPerSecond, warmPerSecond, cpuMs, memory }) => [
      { name, side, measure: "inputs/s, loading the model", value: coldPerSecond },
      { name, side, measure: "inputs/s, loaded", value: warmPerSecond },
      ...(cpuMs ? [{ name, side, measure: "CPU, ms/input", value: totalOf(cpuMs) }] : []),
      ...(memory ? [{ name, side, measure: "peak memory, MB", value: totalOf(memory) / 1e6 }] : []),
    ]),
  );
  return {
    data: { values },
    mark: "bar",
    width: 130,
    height: 70,
    encoding: {
      y: { field: "side", type: "nominal", title: null, sort: null, axis: { labelLimit: 0 } },
      x: { field: "value", type: "quantitative", title: null },
      color: { field: "side", type: "nominal", sort: null, legend: null },
      column: { field: "measure", type: "nominal", title: null, sort: null },
      row: { field: "name", type: "nominal", title: null, sort: null },
    },
    resolve: { scale: { x: "independent" } },
  };
}
