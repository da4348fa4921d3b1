import sharp, { type Metadata, type Sharp } from "sharp";

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly number[];

/** A picture as every model, explanation and drift measure sees it. */
export interface OpenedPicture {
  /** In pixels, turned as the EXIF orientation says. */
  readonly width: number;
  readonly height: number;
  /** Opaque pixels of 8-bit red, green and blue, upright: to be resized, and read by `raw()`. Of CMYK they may be fewer. */
  readonly pixels: Sharp;
}

/** A kind of picture that is not read; the message says what it is and what to do, and completes "Data item ... ". */
export class PictureKindError extends Error {
  override readonly name = "PictureKindError";
}

/** What transparent pixels are composed on. */
const white: Color = [255, 255, 255];

// A picture that is small as a file and huge in memory is an attack or a mistake.
const maximumPixels = 100_000_000;

// Of the longer side: inks are mixed in JavaScript, and no model takes more pixels.
const maximumInkSide = 2_048;

// AVIF is a kind of HEIF. Drawings such as SVG are programs, and are not run.
const formats: ReadonlySet<string | undefined> = new Set(["jpeg", "png", "webp", "gif", "tiff", "heif"]);
const spaces: ReadonlySet<string> = new Set(["srgb", "rgb16", "b-w", "grey16", "cmyk"]);

/**
 * Opens a picture as Pillow does, with which models are trained: the first page or frame of several, turned as its EXIF orientation says,
 * colour profiles ignored, the inks of CMYK multiplied. Transparent pixels are composed on `background`. 16 bits per channel become 8 by the
 * rule 65,535 = 255, whatever the largest value of the picture is.
 *
 * @throws PictureKindError for floats and other pixels whose range no file states, for HEVC, and for colour spaces other than RGB, grey and CMYK; Error for what is no
 *   picture.
 */
export async function openPicture(bytes: Uint8Array, background: Color = white): Promise<OpenedPicture> {
  const picture = sharp(bytes, { limitInputPixels: maximumPixels, failOn: "error", ignoreIcc: true });
  const metadata = await picture.metadata();
  requireKnownKind(metadata);
  const { width, height } = metadata.autoOrient;
  const upright = picture.rotate();
  if (metadata.space === "cmyk") return { width, height, pixels: await mixInks(upright) };
  // A pipeline with a color space of its own would decode all pixels of a JPEG, also where an eighth of its size is enough.
  if (isOpaqueBytes(metadata)) return { width, height, pixels: upright.toColourspace("srgb") };
  const [r = 0, g = 0, b = 0] = background;
  // Grey becomes RGB first, or its background would be a grey, too.
  const pixels = upright.pipelineColourspace("srgb").flatten({ background: { r, g, b } }).toColourspace("srgb");
  return { width, height, pixels };
}

function requireKnownKind({ format, compression, depth, space, channels }: Metadata): void {
  if (!formats.has(format)) throw new Error(`found ${format}`);
  if (compression === "hevc")
    throw new PictureKindError(
      "is HEIC compressed with HEVC, which is not supported: convert it to JPEG, PNG or AVIF.",
    );
  if (depth !== "uchar" && depth !== "ushort")
    throw new PictureKindError(
      `has pixels of the type ${depth}, whose range the file does not state: save it with 8 or 16 bits per channel (unsigned).`,
    );
  if (!spaces.has(space) || channels > 4 || (space === "cmyk" && depth !== "uchar"))
    throw new PictureKindError(
      `has ${channels} channels of the color space ${space} (${depth}), which is not supported: convert it to RGB or grayscale.`,
    );
}

function isOpaqueBytes({ depth, space, hasAlpha }: Metadata): boolean {
  return depth === "uchar" && !hasAlpha && (space === "srgb" || space === "b-w");
}

/** RGB from CMYK. The library would do it by a profile of printing inks. */
async function mixInks(picture: Sharp): Promise<Sharp> {
  const { data, info } = await picture
    .resize({ width: maximumInkSide, height: maximumInkSide, fit: "inside", withoutEnlargement: true })
    .pipelineColourspace("cmyk")
    .toColourspace("cmyk")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const colors = Buffer.allocUnsafe(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const light = 255 - (data[from + 3] ?? 0);
    for (let ink = 0; ink < 3; ink += 1) colors[to++] = Math.round(((255 - (data[from + ink] ?? 0)) * light) / 255);
  }
  return sharp(colors, { raw: { width, height, channels: 3 } });
}

/** Why a picture could not be opened or decoded, in one line. */
export function pictureFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Behind some formats' searches through the file is the reason.
  return error.message.split("\n").find((line) => !line.startsWith("source: ")) ?? error.message;
}
