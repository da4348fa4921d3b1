import { decodeMask, MillraceError, type ImageRegions } from "@millrace/client";
import sharp from "sharp";

/**
 * Draws an explanation over its picture: green where it speaks for the class, red where against, and the edge of the mask.
 *
 * @param picture the file that was explained.
 * @returns a PNG of the same size.
 * @throws MillraceError when the picture is not of the size that was explained.
 */
export async function drawOverlay(picture: Uint8Array, explanation: ImageRegions): Promise<Buffer> {
  const { width, height } = explanation.dimensions;
  const turned = await sharp(picture)
    .rotate()
    .toColourspace("srgb")
    .removeAlpha()
    .toBuffer({ resolveWithObject: true });
  if (turned.info.width !== width || turned.info.height !== height)
    throw new MillraceError(
      `The image is ${turned.info.width} x ${turned.info.height} pixels, but the explained one was ${width} x ${height}: pass the input's original file.`,
    );
  const layers = explanation.maskRLE.map((_, index) => ({
    input: toEdge(explanation, index),
    raw: { width, height, channels: 4 as const },
  }));
  const heat = explanation.heatMap === undefined ? [] : [{ input: await drawHeat(explanation.heatMap, width, height) }];
  return sharp(turned.data)
    .composite([...heat, ...layers])
    .png()
    .toBuffer();
}

type HeatMap = NonNullable<ImageRegions["heatMap"]>;

function drawHeat(heatMap: HeatMap, width: number, height: number): Promise<Buffer> {
  return sharp(toColours(heatMap), {
    raw: { width: heatMap[0]?.length ?? 1, height: heatMap.length, channels: 4 },
  })
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .png()
    .toBuffer();
}

function toColours(heatMap: HeatMap): Buffer {
  const scores = heatMap.flat();
  const largest = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 1e-12);
  return Buffer.from(
    scores.flatMap((score) => [
      ...(score < 0 ? [214, 69, 65] : [38, 203, 92]),
      Math.round((Math.abs(score) / largest) * 170),
    ]),
  );
}

/** White pixels where the mask ends. */
function toEdge(explanation: ImageRegions, index: number): Buffer {
  const { width, height, data } = decodeMask(explanation, index);
  const edge = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      if (data[pixel] !== 1) continue;
      const isInside =
        data[pixel - 1] === 1 && data[pixel + 1] === 1 && data[pixel - width] === 1 && data[pixel + width] === 1;
      if (!isInside) edge.fill(255, pixel * 4, pixel * 4 + 4);
    }
  return edge;
}
