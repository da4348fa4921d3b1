import { openPicture, type Color, type OpenedPicture } from "@millrace/runners/pictures";
import { toBin, type BinnedMeasure } from "./bins.js";
import { toneBins } from "./picture-bins.js";

// Enough pixels to measure brightness and contrast; JPEG files can then be decoded at an eighth of their size.
const side = 64;
// Takes about 0.2 s to decode unless it is a JPEG; of larger images only the size is measured.
const maximumDecodedPixels = 16_000_000;

/**
 * Measures pixels, brightness (the mean grey value) and contrast (the standard deviation, i.e. the root mean square contrast of
 * Peli, "Contrast in Complex Images", Journal of the Optical Society of America A 7, 1990), the latter two as fractions of
 * white, of the picture as the model sees it. An unreadable image has 0 pixels.
 *
 * @param background what transparent pixels are composed on; white by default.
 */
export async function measurePicture(bytes: Uint8Array, background?: Color): Promise<BinnedMeasure[]> {
  const picture = await openPicture(bytes, background).catch(() => undefined);
  const pixelCount = picture === undefined ? 0 : picture.width * picture.height;
  const pixels = { feature: "pixels", bin: toBin(pixelCount) };
  if (picture === undefined || pixelCount > maximumDecodedPixels) return [pixels];
  const greys = await readGreys(picture);
  if (greys === undefined) return [pixels];
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  const variance = greys.reduce((sum, grey) => sum + (grey - mean) ** 2, 0) / greys.length;
  return [pixels, ...toneBins(mean / 255, Math.sqrt(variance) / 255)];
}

/** Grey values from 0 to 255. Undefined if the picture cannot be decoded: drift measures must not fail an input. */
async function readGreys({ pixels }: OpenedPicture): Promise<Uint8Array | undefined> {
  return pixels
    .resize(side, side, { fit: "fill" })
    .toColourspace("b-w")
    .raw()
    .toBuffer()
    .catch(() => undefined);
}
