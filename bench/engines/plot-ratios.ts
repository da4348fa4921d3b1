import { plot } from "../plot.js";
import type { ComparedWorkload } from "./report.js";

/** Bars, one a peer and workload: how many times as fast as it Millrace is, and a line where both are as fast. As SVG. */
export function plotRatios(workloads: readonly ComparedWorkload[]): Promise<string> {
  const values = workloads.flatMap(({ name, sides }) =>
    sides.slice(1).map(({ side, millraceRatio }) => ({ job: name, side, ratio: Number(millraceRatio.toFixed(2)) })),
  );
  const order = workloads[0]?.sides.map(({ side }) => side) ?? [];
  const y = { field: "side", type: "nominal", sort: order, title: null } as const;
  const x = { field: "ratio", type: "quantitative", title: "Millrace is × as fast" } as const;
  return plot({
    data: { values },
    facet: { row: { field: "job", type: "nominal", sort: workloads.map(({ name }) => name), title: null } },
    spec: {
      width: 420,
      layer: [
        { mark: { type: "bar", height: 14 }, encoding: { y, x, color: { value: "#4c78a8" } } },
        {
          mark: { type: "text", align: "left", dx: 4 },
          encoding: { y, x, text: { field: "ratio", type: "quantitative", format: ".2f" } },
        },
        { mark: { type: "rule", strokeDash: [4, 3] }, encoding: { x: { datum: 1 }, color: { value: "#444444" } } },
      ],
    },
    config: {
      axis: { labelLimit: 400 },
      header: { labelAngle: 0, labelOrient: "top", labelAnchor: "start", labelFontWeight: "bold" },
    },
  });
}
