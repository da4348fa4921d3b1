import sharp from "sharp";
import { toBin, toEvenBin, type BinnedMeasure } from "./bins.js";

// Brightness and contrast of so few pixels are those of the picture; JPEG files are decoded at an eighth of their size for it.
const side = 64;
// About 0.2 s to decode when it is no JPEG; larger ones are measured by their size only.
const maximumDecodedPixels = 16_000_000;

/**
 * Pixels, brightness (the mean of the grey values) and contrast (their standard deviation, the root mean square contrast of Peli, "Contrast in
 * Complex Images", Journal of the Optical Society of America A 7, 1990), both as shares of white. A picture that cannot be read has 0 pixels.
 */
export async function measurePicture(bytes: Uint8Array): Promise<BinnedMeasure[]> {
  const { width, height } = await sharp(bytes)
    .metadata()
    .catch(() => ({ width: 0, height: 0 }));
  const pixels = { feature: "pixels", bin: toBin(width * height) };
  if (width * height === 0 || width * height > maximumDecodedPixels) return [pixels];
  const greys = await readGreys(bytes);
  if (greys === undefined) return [pixels];
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  const variance = greys.reduce((sum, grey) => sum + (grey - mean) ** 2, 0) / greys.length;
  return [
    pixels,
    { feature: "brightness", bin: toEvenBin(mean / 255, 0.05) },
    { feature: "contrast", bin: toEvenBin(Math.sqrt(variance) / 255, 0.025) },
  ];
}

/** From 0 to 255. Undefined for what is no picture: drift is no reason to fail an input. */
async function readGreys(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return sharp(bytes)
    .resize(side, side, { fit: "fill" })
    .flatten({ background: "white" })
    .toColourspace("b-w")
    .raw()
    .toBuffer()
    .catch(() => undefined);
}
