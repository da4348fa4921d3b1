import type { ImageRegions, WordImportances } from "@millrace/client";
import type { Colors } from "picocolors/types.js";
import sharp from "sharp";
import { drawThumbnail, type ColorDepth } from "./thumbnail.js";

/** Words that matter less than this, of the one that matters most, stay plain. */
const leastStrength = 0.15;
const strong = 0.5;

/** The text with its words colored: green speaks for the predicted class, red against it. Without colors, scores follow the words. */
export function drawWords({ wordImportance }: WordImportances, { colors }: { readonly colors: Colors }): string {
  const largest = largestOf(wordImportance.map(({ score }) => score));
  let at = wordImportance[0]?.start ?? 0;
  return wordImportance
    .map(({ word, start, end, score }) => {
      const gap = start > at ? " " : "";
      at = end;
      const strength = Math.abs(score) / largest;
      if (strength < leastStrength) return gap + word;
      if (!colors.isColorSupported) return `${gap}${word}(${score < 0 ? "-" : "+"}${Math.abs(score).toFixed(2)})`;
      const [ink, ground] = score < 0 ? [colors.red, colors.bgRed] : [colors.green, colors.bgGreen];
      return gap + (strength < strong ? ink(word) : ground(colors.black(word)));
    })
    .join("");
}

const densities = " .:-=+*#";

/**
 * The photograph with its heat map over it: green speaks for the predicted class, red against it.
 *
 * @param size of the drawing in character cells; at most that where it is drawn with characters.
 * @param depth undefined where the terminal has no colors: then the heat map is drawn with characters.
 */
export async function drawHeatMap(
  photograph: Uint8Array,
  { heatMap = [] }: ImageRegions,
  size: { readonly columns: number; readonly rows: number },
  depth: ColorDepth | undefined,
): Promise<string[]> {
  const largest = largestOf(heatMap.flat());
  if (depth === undefined) {
    // Two columns wide, where there is room, so that cells are square.
    const cellColumns = 2 * (heatMap[0]?.length ?? 0) <= size.columns ? 2 : 1;
    const drawCell = (score: number) => densityOf(score / largest).repeat(cellColumns);
    return heatMap.map((row) => row.map(drawCell).join("").trimEnd());
  }
  const { columns, rows } = size;
  const heat = Buffer.from(
    heatMap.flatMap((row) =>
      row.flatMap((score) => [
        ...(score < 0 ? [214, 69, 65] : [38, 203, 92]),
        Math.round((Math.abs(score) / largest) * 200),
      ]),
    ),
  );
  const raw = { width: heatMap[0]?.length ?? 1, height: heatMap.length, channels: 4 as const };
  const [picture, over] = await Promise.all([
    sharp(photograph)
      .rotate()
      .resize(columns, rows * 2, { fit: "fill" })
      .png()
      .toBuffer(),
    sharp(heat, { raw })
      .resize(columns, rows * 2, { fit: "fill", kernel: "cubic" })
      .png()
      .toBuffer(),
  ]);
  return drawThumbnail(
    await sharp(picture)
      .composite([{ input: over }])
      .png()
      .toBuffer(),
    size,
    depth,
  );
}

function densityOf(strength: number): string {
  return densities[Math.round(Math.max(0, strength) * (densities.length - 1))] ?? " ";
}

function largestOf(scores: readonly number[]): number {
  return scores.reduce((largest, score) => Math.max(largest, Math.abs(score)), 1e-12);
}
