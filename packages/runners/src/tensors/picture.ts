import sharp, { type Sharp } from "sharp";
import type { DataItems, PictureMeasures } from "../runner.js";
import { DataItemError, requireItem } from "./data-item-error.js";
import type { ImagePreprocessing } from "./image-settings.js";
import { openPicture, PictureKindError, pictureFault, type OpenedPicture } from "./open-picture.js";
import type { PictureFrame } from "./picture-frame.js";
import { greyLevel, measurePixels } from "./picture-measures.js";

// An engine has one thread; more would take CPU time from other engines.
sharp.concurrency(1);
sharp.cache(false);

// A JPEG is decoded at a half, a quarter or an eighth of its size, and at twice the size that is needed at least: the last step by the
// kernel keeps the pixels as near to Pillow's as if all were decoded, which takes half as long again.
const scaling = { kernel: "cubic", fastShrinkOnLoad: false } as const;

export interface PreparedPicture {
  /** Planes or pixels of normalised floats, as `settings.layout` says. */
  readonly values: Float32Array;
  readonly frame: PictureFrame;
  readonly measures: PictureMeasures;
}

/** @throws DataItemError when the data item is missing or no picture that can be read. */
export async function prepareImage(items: DataItems, settings: ImagePreprocessing): Promise<PreparedPicture> {
  const bytes = requireItem(items, settings.item);
  let seen: OpenedPicture;
  let pixels: Buffer;
  try {
    seen = await openPicture(bytes, settings.background);
    pixels = await resize(seen.pixels, settings).raw().toBuffer();
  } catch (error) {
    const item = `Data item ${JSON.stringify(settings.item)}`;
    if (error instanceof PictureKindError) throw new DataItemError(`${item} ${error.message}`);
    throw new DataItemError(
      `${item} is not a readable image (${pictureFault(error)}); expected JPEG, PNG, WebP, GIF, TIFF or AVIF.`,
    );
  }
  const frame = frameOf(seen, settings);
  return {
    values: normalize(pixels, settings),
    frame,
    measures: measurePixels(settings.item, pixels, settings.crop, frame),
  };
}

function resize(picture: Sharp, settings: ImagePreprocessing): Sharp {
  const { crop, resize: size } = settings;
  if ("fit" in size) {
    const grey = size.grey ?? 114;
    return picture.resize({
      ...crop,
      fit: size.fit,
      position: "centre",
      ...scaling,
      background: { r: grey, g: grey, b: grey },
    });
  }
  const side = coveringSide(settings, size.shortestSide);
  return picture
    .resize({ width: side, height: side, fit: "cover", position: "centre", ...scaling })
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

function normalize(pixels: Buffer, settings: ImagePreprocessing): Float32Array {
  const { mean, std, layout, scale: unit = 1 / 255, channels = 3 } = settings;
  const pixelCount = pixels.length / 3;
  const result = new Float32Array(channels * pixelCount);
  const [start, step] = layout === "nchw" ? [pixelCount, 1] : [1, channels];
  for (let channel = 0; channel < channels; channel += 1) {
    // One number may apply to all channels.
    const deviation = std[channel] ?? std[0] ?? 1;
    const scale = unit / deviation;
    const offset = (mean[channel] ?? mean[0] ?? 0) / deviation;
    for (let at = channel, to = channel * start; at < pixels.length; at += 3, to += step)
      result[to] = (channels === 1 ? brightnessAt(pixels, at) : (pixels[at] as number)) * scale - offset;
  }
  return result;
}

/** Rounded as libraries do that keep pixels in bytes. */
function brightnessAt(pixels: Buffer, at: number): number {
  return Math.round(greyLevel(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0));
}
