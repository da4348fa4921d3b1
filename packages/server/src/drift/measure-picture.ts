import sharp from "sharp";
import { toBin, toEvenBin, type BinnedMeasure } from "./bins.js";

// Enough pixels to measure brightness and contrast; JPEG files can then be decoded at an eighth of their size.
const side = 64;
// Takes about 0.2 s to decode unless it is a JPEG; of larger images only the size is measured.
const maximumDecodedPixels = 16_000_000;

/**
 * Measures pixels, brightness (the mean grey value) and contrast (the standard deviation, i.e. the root mean square contrast of
 * Peli, "Contrast in Complex Images", Journal of the Optical Society of America A 7, 1990), the latter two as fractions of
 * white. An unreadable image has 0 pixels.
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

/** Grey values from 0 to 255. Undefined if the bytes are not an image: drift measures must not fail an input. */
async function readGreys(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return sharp(bytes)
    .resize(side, side, { fit: "fill" })
    .flatten({ background: "white" })
    .toColourspace("b-w")
    .raw()
    .toBuffer()
    .catch(() => undefined);
}
