import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Draws a chart as SVG, on white, so that it reads in a dark page too. */
export async function plot(specification: TopLevelSpec): Promise<string> {
  const { spec } = compile({ background: "white", ...specification });
  return new View(parse(spec), { renderer: "none" }).toSVG();
}
