import { Tensor } from "onnxruntime-node";
import sharp from "sharp";
import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "./data-item-error.js";
import type { ImagePreprocessing } from "./onnx-settings.js";

// A picture that is small as a file and huge in memory is an attack or a mistake.
const maximumPixels = 100_000_000;

// AVIF is a kind of HEIF. Drawings such as SVG are programs, and are not run.
const formats: ReadonlySet<string | undefined> = new Set(["jpeg", "png", "webp", "gif", "tiff", "heif"]);

// An engine has one thread of its own; more would take those of its neighbours.
sharp.concurrency(1);
sharp.cache(false);

/** One prepared picture: planes or pixels of normalised floats, as `settings.layout` says. */
export async function prepareImage(items: DataItems, settings: ImagePreprocessing): Promise<Float32Array> {
  const bytes = requireItem(items, settings.item);
  const { width, height } = settings.crop;
  const picture = sharp(bytes, { limitInputPixels: maximumPixels, failOn: "error" });
  let pixels: Buffer;
  try {
    const { format } = await picture.metadata();
    if (!formats.has(format)) throw new Error(`found ${format}`);
    pixels = await picture
      .rotate()
      .resize({ ...coveringSize(settings), fit: "cover", position: "centre", kernel: "cubic" })
      .extract(middle(settings))
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new DataItemError(
      `Data item ${JSON.stringify(settings.item)} is not a picture that can be read (${reason}); expected JPEG, PNG, WebP, GIF, TIFF or AVIF.`,
    );
  }
  return normalize(pixels, width * height, settings);
}

/** One tensor of several prepared pictures. */
export function imageTensor(pictures: readonly Float32Array[], settings: ImagePreprocessing): Tensor {
  const { width, height } = settings.crop;
  const size = 3 * width * height;
  const data = new Float32Array(pictures.length * size);
  pictures.forEach((picture, index) => data.set(picture, index * size));
  const shape = settings.layout === "nchw" ? [3, height, width] : [height, width, 3];
  return new Tensor("float32", data, [pictures.length, ...shape]);
}

/** The picture is scaled so that its shorter side is `shortestSide`; sharp covers a square of that side just so. */
function coveringSize({ resize, crop }: ImagePreprocessing): { width: number; height: number } {
  const scale = Math.max(1, crop.width / resize.shortestSide, crop.height / resize.shortestSide);
  const side = Math.round(resize.shortestSide * scale);
  return { width: side, height: side };
}

function middle(settings: ImagePreprocessing): { left: number; top: number; width: number; height: number } {
  const covered = coveringSize(settings);
  const { width, height } = settings.crop;
  return {
    left: Math.floor((covered.width - width) / 2),
    top: Math.floor((covered.height - height) / 2),
    width,
    height,
  };
}

function normalize(pixels: Buffer, pixelCount: number, settings: ImagePreprocessing): Float32Array {
  const { mean, std, layout, scale: unit = 1 / 255 } = settings;
  const channels = pixels.length / pixelCount;
  const result = new Float32Array(3 * pixelCount);
  for (let channel = 0; channel < 3; channel += 1) {
    const scale = unit / (std[channel] ?? 1);
    const offset = (mean[channel] ?? 0) / (std[channel] ?? 1);
    // A grey picture has one channel, which is all three.
    const source = Math.min(channel, channels - 1);
    for (let pixel = 0; pixel < pixelCount; pixel += 1) {
      const value = (pixels[pixel * channels + source] ?? 0) * scale - offset;
      result[layout === "nchw" ? channel * pixelCount + pixel : pixel * 3 + channel] = value;
    }
  }
  return result;
}
