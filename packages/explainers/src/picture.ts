import sharp, { type Sharp } from "sharp";
import { ExplanationError } from "./explanation-error.js";
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
/** Opens a picture as the model sees it; the pixels are opaque 8-bit RGB. */
export type OpenPicture = (
  bytes: Uint8Array,
) => Promise<{ readonly width: number; readonly height: number; readonly pixels: Sharp }>;

/**
 * Decodes a picture as the model sees it.
 *
 * @param mediaTypes what the model takes; changed pictures are JPEG where it takes that, and PNG otherwise or where they are small.
 * @throws ExplanationError when it cannot be read.
 */
export async function readPicture(
  bytes: Uint8Array,
  item: string,
  mediaTypes: readonly string[],
  open: OpenPicture,
): Promise<Picture> {
  try {
    const { width, height, pixels } = await open(bytes);
    const scale = Math.min(1, shorterSide / Math.min(width, height), Math.sqrt(maximumArea / (width * height)));
    const { data, info } = await pixels
      .resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), { fit: "fill" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: 3 as const };
    const isTaken = (types: readonly string[]) => mediaTypes.some((type) => types.includes(type));
    const isSmall = info.width * info.height <= smallArea && isTaken(["image/png", "image/*"]);
    const isJpeg = !isSmall && isTaken(["image/jpeg", "image/jpg", "image/*"]);
    return {
      width: info.width,
      height: info.height,
      data,
      original: { width, height },
      encode: (changed) => {
        const picture = sharp(changed, { raw });
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
