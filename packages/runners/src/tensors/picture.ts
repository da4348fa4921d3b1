import sharp, { type Sharp } from "sharp";
import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "./data-item-error.js";
import type { ImagePreprocessing } from "./image-settings.js";

// A picture that is small as a file and huge in memory is an attack or a mistake.
const maximumPixels = 100_000_000;

// AVIF is a kind of HEIF. Drawings such as SVG are programs, and are not run.
const formats: ReadonlySet<string | undefined> = new Set(["jpeg", "png", "webp", "gif", "tiff", "heif"]);

// An engine has one thread; more would take CPU time from other engines.
sharp.concurrency(1);
sharp.cache(false);

/** Where the model's pixels are in the picture: a pixel of the model is `x * scaleX + left` of the picture, and so is y. */
export interface PictureFrame {
  /** Of the picture as it is seen, turned as its orientation says. */
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly left: number;
  readonly top: number;
}

export interface PreparedPicture {
  /** Planes or pixels of normalised floats, as `settings.layout` says. */
  readonly values: Float32Array;
  readonly frame: PictureFrame;
}

/** @throws DataItemError when the data item is missing or no picture that can be read. */
export async function prepareImage(items: DataItems, settings: ImagePreprocessing): Promise<PreparedPicture> {
  const bytes = requireItem(items, settings.item);
  const { width, height } = settings.crop;
  const picture = sharp(bytes, { limitInputPixels: maximumPixels, failOn: "error" });
  let pixels: Buffer;
  let seen: { readonly width: number; readonly height: number };
  try {
    const { format, autoOrient } = await picture.metadata();
    if (!formats.has(format)) throw new Error(`found ${format}`);
    seen = autoOrient;
    pixels = await resize(picture.rotate(), settings).toColourspace("srgb").removeAlpha().raw().toBuffer();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new DataItemError(
      `Data item ${JSON.stringify(settings.item)} is not a readable image (${reason}); expected JPEG, PNG, WebP, GIF, TIFF or AVIF.`,
    );
  }
  return { values: normalize(pixels, width * height, settings), frame: frameOf(seen, settings) };
}

function resize(picture: Sharp, settings: ImagePreprocessing): Sharp {
  const { crop, resize: size } = settings;
  if ("fit" in size) {
    const grey = size.grey ?? 114;
    return picture.resize({
      ...crop,
      fit: size.fit,
      position: "centre",
      kernel: "cubic",
      background: { r: grey, g: grey, b: grey },
    });
  }
  const side = coveringSide(settings, size.shortestSide);
  return picture
    .resize({ width: side, height: side, fit: "cover", position: "centre", kernel: "cubic" })
    .extract({ ...crop, left: Math.floor((side - crop.width) / 2), top: Math.floor((side - crop.height) / 2) });
}

/** The picture is scaled so that its shorter side is `shortestSide`, or as much as the crop needs; sharp covers a square of that side just so. */
function coveringSide({ crop }: ImagePreprocessing, shortestSide: number): number {
  return Math.round(shortestSide * Math.max(1, crop.width / shortestSide, crop.height / shortestSide));
}

function frameOf({ width, height }: { width: number; height: number }, settings: ImagePreprocessing): PictureFrame {
  const { crop, resize: size } = settings;
  if ("fit" in size && size.fit === "fill")
    return { width, height, scaleX: width / crop.width, scaleY: height / crop.height, left: 0, top: 0 };
  const scale =
    "fit" in size
      ? Math.max(width / crop.width, height / crop.height)
      : Math.min(width, height) / coveringSide(settings, size.shortestSide);
  // What is in the middle of the one is in the middle of the other.
  return {
    width,
    height,
    scaleX: scale,
    scaleY: scale,
    left: (width - crop.width * scale) / 2,
    top: (height - crop.height * scale) / 2,
  };
}

function normalize(pixels: Buffer, pixelCount: number, settings: ImagePreprocessing): Float32Array {
  const { mean, std, layout, scale: unit = 1 / 255, channels = 3 } = settings;
  const found = pixels.length / pixelCount;
  const result = new Float32Array(channels * pixelCount);
  for (let channel = 0; channel < channels; channel += 1) {
    // One number may apply to all channels.
    const deviation = std[channel] ?? std[0] ?? 1;
    const scale = unit / deviation;
    const offset = (mean[channel] ?? mean[0] ?? 0) / deviation;
    // A grey picture has one channel, which is all three.
    const source = Math.min(channel, found - 1);
    for (let pixel = 0; pixel < pixelCount; pixel += 1) {
      const at = pixel * found;
      const value = channels === 1 && found === 3 ? brightness(pixels, at) : (pixels[at + source] ?? 0);
      result[layout === "nchw" ? channel * pixelCount + pixel : pixel * channels + channel] = value * scale - offset;
    }
  }
  return result;
}

/** ITU-R BT.601, rounded as libraries do that keep pixels in bytes. */
function brightness(pixels: Buffer, at: number): number {
  return Math.round(0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0));
}
