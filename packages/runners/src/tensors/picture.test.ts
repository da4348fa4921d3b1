import { readFile } from "node:fs/promises";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { ImagePreprocessing } from "./image-settings.js";
import { imageShape } from "./image-shape.js";
import { prepareImage } from "./picture.js";

const settings: ImagePreprocessing = {
  kind: "image",
  item: "image",
  resize: { shortestSide: 8 },
  crop: { width: 8, height: 8 },
  mean: [0, 0, 0],
  std: [1, 1, 1],
  layout: "nhwc",
};
const prepare = async (image: Uint8Array, overrides: Partial<ImagePreprocessing> = {}) =>
  (await prepareImage({ image }, { ...settings, ...overrides })).values;

const orange = { r: 200, g: 100, b: 50 };
const solid = (width = 16, height = 16) => sharp({ create: { width, height, channels: 3, background: orange } });

/** Red above blue, as a camera holds it. */
const redAboveBlue = () =>
  sharp({ create: { width: 16, height: 16, channels: 3, background: { r: 0, g: 0, b: 255 } } }).composite([
    {
      input: { create: { width: 16, height: 8, channels: 3, background: { r: 255, g: 0, b: 0 } } },
      left: 0,
      top: 0,
    },
  ]);

/** The channels of one pixel, 0 to 255. */
const pixel = (picture: Float32Array, left: number, top: number) =>
  Array.from(picture.subarray((top * 8 + left) * 3, (top * 8 + left) * 3 + 3), (value) => Math.round(value * 255));

const near = (found: number[], expected: number[], tolerance = 4) =>
  found.forEach((value, index) => expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThanOrEqual(tolerance));

/** The head of a PNG file that says how large it is, and no more. */
function pngOfSize(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(64))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("preparing pictures", () => {
  it.each([
    ["JPEG", () => solid().jpeg({ quality: 95 })],
    ["PNG", () => solid().png()],
    ["PNG with a palette", () => solid().png({ palette: true })],
    ["PNG of 16 bits", () => solid().toColourspace("rgb16").png()],
    ["WebP", () => solid().webp({ lossless: true })],
    ["GIF", () => solid().gif()],
    ["TIFF", () => solid().tiff()],
    ["AVIF", () => solid().avif({ lossless: true })],
  ])("a %s file returns its colors", async (_name, make) => {
    near(pixel(await prepare(await make().toBuffer()), 4, 4), [200, 100, 50]);
  });

  it.each([
    ["grey", () => solid().greyscale().jpeg()],
    ["grey with alpha", () => solid().greyscale().ensureAlpha().png()],
    ["grey of 16 bits", () => solid().toColourspace("grey16").png()],
  ])("a %s picture has three equal channels", async (_name, make) => {
    const picture = await prepare(await make().toBuffer());
    const [red = NaN, green, blue] = pixel(picture, 4, 4);
    expect([green, blue]).toEqual([red, red]);
    expect(red).toBeGreaterThan(80);
    expect(red).toBeLessThan(160);
  });

  it("applies a picture's EXIF orientation", async () => {
    const upright = await prepare(await redAboveBlue().png().toBuffer());
    near(pixel(upright, 0, 0), [255, 0, 0]);
    near(pixel(upright, 0, 7), [0, 0, 255]);
    // 6: the camera was turned, what is above in the file belongs on the right.
    const turned = await prepare(await redAboveBlue().withMetadata({ orientation: 6 }).png().toBuffer());
    near(pixel(turned, 0, 0), [0, 0, 255]);
    near(pixel(turned, 7, 0), [255, 0, 0]);
  });

  it.each([
    [48, 16],
    [16, 48],
    [1, 1],
    [300, 2],
    [7, 7],
  ])("a picture of %i by %i is resized to 8 by 8", async (width, height) => {
    const picture = await prepare(await solid(width, height).png().toBuffer());
    expect(picture).toHaveLength(8 * 8 * 3);
    near(pixel(picture, 0, 0), [200, 100, 50]);
    near(pixel(picture, 7, 7), [200, 100, 50]);
  });

  it("crops the center after scaling the shorter side", async () => {
    const framed = await solid(8, 8)
      .extend({ top: 4, bottom: 4, left: 4, right: 4, background: "black" })
      .png()
      .toBuffer();
    const picture = await prepare(framed, { resize: { shortestSide: 64 } });
    near(pixel(picture, 0, 0), [200, 100, 50]);
    near(pixel(picture, 7, 7), [200, 100, 50]);
    near(pixel(await prepare(framed), 0, 0), [0, 0, 0]);
  });

  it("stretches the whole picture or letterboxes it", async () => {
    const wide = await solid(32, 16).png().toBuffer();
    const stretched = await prepareImage({ image: wide }, { ...settings, resize: { fit: "fill" } });
    near(pixel(stretched.values, 0, 0), [200, 100, 50]);
    expect(stretched.frame).toEqual({ width: 32, height: 16, scaleX: 4, scaleY: 2, left: 0, top: 0 });
    const barred = await prepareImage({ image: wide }, { ...settings, resize: { fit: "contain", grey: 7 } });
    near(pixel(barred.values, 0, 0), [7, 7, 7]);
    near(pixel(barred.values, 0, 2), [200, 100, 50]);
    near(pixel(barred.values, 7, 5), [200, 100, 50]);
    near(pixel(barred.values, 7, 7), [7, 7, 7]);
    expect(barred.frame).toEqual({ width: 32, height: 16, scaleX: 4, scaleY: 4, left: 0, top: -8 });
  });

  it("locates the center of a rotated picture", async () => {
    const turned = await solid(16, 32).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { frame } = await prepareImage({ image: turned }, { ...settings, resize: { shortestSide: 16 } });
    expect(frame).toEqual({ width: 32, height: 16, scaleX: 1, scaleY: 1, left: 12, top: 4 });
  });

  it("normalises each channel with scale, mean and deviation", async () => {
    const image = await solid().png().toBuffer();
    const [red, green, blue] = await prepare(image, { scale: 1, mean: [100, 100, 100], std: [100, 50, 25] });
    expect([red, green, blue]).toEqual([1, 0, -2]);
  });

  it("lays out pixels by plane or interleaved", async () => {
    const image = await solid().png().toBuffer();
    const planes = await prepare(image, { layout: "nchw", scale: 1 });
    expect([planes[0], planes[64], planes[128]]).toEqual([200, 100, 50]);
    expect(imageShape({ ...settings, layout: "nchw" })).toEqual([3, 8, 8]);
    expect(imageShape(settings)).toEqual([8, 8, 3]);
  });

  it.each([
    ["colours", () => solid()],
    ["grey values", () => solid().linear(0, 124).greyscale()],
  ])("makes one channel of %s", async (_name, make) => {
    const grey: Partial<ImagePreprocessing> = { channels: 1, scale: 1, mean: [100], std: [2] };
    const picture = await prepare(await make().png().toBuffer(), grey);
    expect(picture).toHaveLength(8 * 8);
    // 0.299 * 200 + 0.587 * 100 + 0.114 * 50, as Pillow's "L" has it; sharp's own grey is a little brighter.
    expect(Math.abs((picture[0] ?? 0) * 2 + 100 - 124)).toBeLessThan(4);
    expect(imageShape({ ...settings, ...grey })).toEqual([8, 8, 1]);
  });

  it.each([
    ["text", Buffer.from("no picture at all"), /"image" is not a readable image/],
    ["a drawing", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /\(found svg\)/],
    ["more pixels than any camera makes", pngOfSize(60_000, 60_000), /pixel limit/],
    ["a PNG without its pixels", pngOfSize(64, 64), /is not a readable image/],
  ])("rejects %s", async (_name, bytes, message) => {
    await expect(prepare(bytes)).rejects.toThrow(message);
    await expect(prepare(bytes)).rejects.toThrow(/expected JPEG, PNG, WebP, GIF, TIFF or AVIF\.$/);
  });

  it("a large JPEG gives the pixels that it gives when all of it is decoded", async () => {
    const photograph = await readFile(new URL("../../../../examples/data/photos/cat.jpg", import.meta.url));
    const large = await sharp(photograph).resize(1_600, 1_200).jpeg({ quality: 85 }).toBuffer();
    const sizes = { resize: { shortestSide: 256 }, crop: { width: 224, height: 224 }, scale: 1 };
    const reduced = await prepare(large, sizes);
    const whole = await prepare(await sharp(large).png().toBuffer(), sizes);
    const differences = reduced.map((value, at) => Math.abs(value - (whole[at] ?? NaN))).sort();
    expect(differences.reduce((sum, difference) => sum + difference, 0) / differences.length).toBeLessThan(0.5);
    expect(differences[Math.floor(differences.length * 0.999)]).toBeLessThanOrEqual(2);
  });

  it("rejects a truncated JPEG instead of filling it in", async () => {
    const noise = await sharp({
      create: {
        width: 200,
        height: 200,
        channels: 3,
        background: "grey",
        noise: { type: "gaussian", mean: 128, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer();
    await expect(prepare(noise.subarray(0, noise.length >> 1))).rejects.toThrow(/is not a readable image/);
  });
});
