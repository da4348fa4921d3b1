import sharp from "sharp";
import { ExplanationError } from "./coalition.js";
import type { Pixels } from "./superpixels.js";

/** A picture as the explanation changes it: smaller than the original where that is large. */
export interface Picture extends Pixels {
  /** Of the original, as it is shown. */
  readonly original: { readonly width: number; readonly height: number };
  readonly encode: (data: Uint8Array) => Promise<Uint8Array>;
}

// Models look at 224 to 384 pixels; more would only make each of hundreds of pictures larger.
const shorterSide = 320;
// A picture that is small as a file and huge in memory is an attack or a mistake.
const maximumPixels = 100_000_000;

/**
 * Decodes a picture, turned as its EXIF data say.
 *
 * @param mediaTypes what the model takes; changed pictures are JPEG where it takes that, and PNG otherwise.
 * @throws ExplanationError when it cannot be read.
 */
export async function readPicture(bytes: Uint8Array, item: string, mediaTypes: readonly string[]): Promise<Picture> {
  try {
    const turned = sharp(bytes, { limitInputPixels: maximumPixels }).rotate();
    const { width: w, height: h, orientation = 1 } = await turned.metadata();
    const [width, height] = orientation >= 5 ? [h, w] : [w, h];
    const scale = Math.min(1, shorterSide / Math.min(width, height));
    const { data, info } = await turned
      .resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), { fit: "fill" })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: 3 as const };
    const isJpeg = mediaTypes.some((type) => ["image/jpeg", "image/jpg", "image/*"].includes(type));
    return {
      width: info.width,
      height: info.height,
      data: info.channels === 3 ? data : toThreeChannels(data, info.channels),
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
    throw new ExplanationError(`Data item ${JSON.stringify(item)} cannot be read as a picture (${reason}).`);
  }
}

/** A grey picture has one channel, which is all three. */
function toThreeChannels(data: Uint8Array, channels: number): Uint8Array {
  const result = new Uint8Array((data.length / channels) * 3);
  for (let index = 0; index < result.length; index += 1)
    result[index] = data[Math.floor(index / 3) * channels + Math.min(index % 3, channels - 1)] ?? 0;
  return result;
}
