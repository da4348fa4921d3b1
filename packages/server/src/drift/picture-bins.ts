import type { PictureMeasures } from "@millrace/runners";
import { toBin, toEvenBin, type BinnedMeasure } from "./bins.js";

/** The measures of a picture, as an engine took them: of what its model sees. Undefined if they are none, as an engine is not trusted. */
export function binMeasures({ width, height, brightness, contrast }: PictureMeasures): BinnedMeasure[] | undefined {
  const isFinite = [width, height, brightness, contrast].every((value) => Number.isFinite(value));
  return isFinite ? [{ feature: "pixels", bin: toBin(width * height) }, ...toneBins(brightness, contrast)] : undefined;
}

/** @param brightness, contrast fractions of white. */
export function toneBins(brightness: number, contrast: number): BinnedMeasure[] {
  return [
    { feature: "brightness", bin: toEvenBin(brightness, 0.05) },
    { feature: "contrast", bin: toEvenBin(contrast, 0.025) },
  ];
}
