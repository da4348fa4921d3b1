import { decodeMask, MillraceError, type ImageExplanation } from "@millrace/client";
import sharp from "sharp";

/**
 * Draws an explanation over its picture: green where it speaks for the class, red where against, and the edge of the mask.
 *
 * @param picture the file that was explained.
 * @returns a PNG of the same size.
 * @throws MillraceError when the picture is not of the size that was explained.
 */
export async function drawOverlay(picture: Uint8Array, explanation: ImageExplanation): Promise<Buffer> {
  const { width, height } = explanation.dimensions;
  const turned = await sharp(picture)
    .rotate()
    .toColourspace("srgb")
    .removeAlpha()
    .toBuffer({ resolveWithObject: true });
  if (turned.info.width !== width || turned.info.height !== height)
    throw new MillraceError(
      `The picture is ${turned.info.width} x ${turned.info.height} pixels, but ${width} x ${height} were explained: give the file that the input was.`,
    );
  const heat = await sharp(toColours(explanation.heatMap), {
    raw: { width: explanation.heatMap[0]?.length ?? 1, height: explanation.heatMap.length, channels: 4 },
  })
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .png()
    .toBuffer();
  const edge = { input: toEdge(explanation), raw: { width, height, channels: 4 as const } };
  return sharp(turned.data)
    .composite([{ input: heat }, edge])
    .png()
    .toBuffer();
}

function toColours(heatMap: ImageExplanation["heatMap"]): Buffer {
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
function toEdge(explanation: ImageExplanation): Buffer {
  const { width, height, data } = decodeMask(explanation);
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
