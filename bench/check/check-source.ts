import { betterRatios, compareRatios, type RatioComparison, type Ratios } from "./compare-ratios.js";
import type { RatioSource } from "./sources.js";

/** Compares a benchmark's ratios with the recorded ones; measures once more if one seems broken. */
export async function checkSource(source: RatioSource, recorded: Ratios): Promise<RatioComparison[]> {
  const first = await source();
  const compared = compareRatios(recorded, first);
  if (!compared.some(({ isBroken }) => isBroken)) return compared;
  return compareRatios(recorded, betterRatios(first, await source()));
}
