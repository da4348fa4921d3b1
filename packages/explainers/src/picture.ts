import sharp from "sharp";
import { ExplanationError } from "./coalition.js";
import type { Pixels } from "./superpixels.js";

/** A picture as the explanation changes it: smaller than the original where that is large. */
export interface Picture extends Pixels {
  /** Of the original, as it is shown. */
  readonly original: { readonly width: number; readonly height: number };
  readonly encode: (data: Uint8Array) => Promise<Uint8Array>;
}

// Models use 224 to 384 pixels; more would only make each of hundreds of images larger. Long, narrow images get as many pixels at most.
const shorterSide = 320;
const maximumArea = 320 * 640;
// JPEG would show in so few pixels, and PNG is cheap.
const smallArea = 128 * 128;
// A picture that is small as a file and huge in memory is an attack or a mistake.
const maximumPixels = 100_000_000;

/**
 * Decodes a picture, turned as its EXIF data say. Transparency is left off as the ONNX runner leaves it off: what is not seen at all is black.
 *
 * @param mediaTypes what the model takes; changed pictures are JPEG where it takes that, and PNG otherwise or where they are small.
 * @throws ExplanationError when it cannot be read.
 */
export async function readPicture(bytes: Uint8Array, item: string, mediaTypes: readonly string[]): Promise<Picture> {
  try {
    const turned = sharp(bytes, { limitInputPixels: maximumPixels }).rotate();
    const { width: w, height: h, orientation = 1 } = await turned.metadata();
    const [width, height] = orientation >= 5 ? [h, w] : [w, h];
    const scale = Math.min(1, shorterSide / Math.min(width, height), Math.sqrt(maximumArea / (width * height)));
    const { data, info } = await turned
      .resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), { fit: "fill" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: 3 as const };
    const isTaken = (types: readonly string[]) => mediaTypes.some((type) => types.includes(type));
    const isSmall = info.width * info.height <= smallArea && isTaken(["image/png", "image/*"]);
    const isJpeg = !isSmall && isTaken(["image/jpeg", "image/jpg", "image/*"]);
    return {
      width: info.width,
      height: info.height,
      data: toThreeChannels(data, info.channels),
      original: { width, height },
      encode: (pixels) => {
        const picture = sharp(pixels, { raw });
        return isJpeg
          ? picture.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer()
          : picture.png({ compressionLevel: 1 }).toBuffer();
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ExplanationError(`Data item ${JSON.stringify(item)} cannot be read as an image (${reason}).`);
  }
}

/** A grey picture has one channel, which is all three; the second or the fourth is how much is seen. */
function toThreeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const result = new Uint8Array((data.length / channels) * 3);
  const hasAlpha = channels % 2 === 0;
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
    if (hasAlpha && data[from + channels - 1] === 0) continue;
    for (let channel = 0; channel < 3; channel += 1)
      result[to + channel] = data[from + (channels < 3 ? 0 : channel)] ?? 0;
  }
  return result;
}
