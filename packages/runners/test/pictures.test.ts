import { readFile, readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { ImagePreprocessing } from "../src/tensors/image-settings.js";
import { prepareImage } from "../src/tensors/picture.js";

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}

// Made by pictures/make.py, which also asked Pillow what it reads from them.
const folder = new URL("pictures/", import.meta.url);
const readPicture = (name: string) => readFile(new URL(name, folder));
const expected = JSON.parse(await readFile(new URL("expected.json", folder), "utf8")) as Record<string, Pixels>;
const names = (await readdir(folder)).filter((name) => !/\.(py|json)$/.test(name));

/** The greatest difference that is no fault: decoders of lossy formats round differently. */
const tolerance = 2;

async function prepare(name: string, crop: ImagePreprocessing["crop"], more: Partial<ImagePreprocessing> = {}) {
  const settings: ImagePreprocessing = {
    kind: "image",
    item: "image",
    resize: { fit: "fill" },
    crop,
    scale: 1,
    mean: [0],
    std: [1],
    layout: "nhwc",
    ...more,
  };
  return prepareImage({ image: await readPicture(name) }, settings);
}

describe("pictures of every kind", () => {
  it.each(Object.entries(expected))("%s is prepared as Pillow reads it", async (name, { width, height, rgb }) => {
    const { values, frame } = await prepare(name, { width, height });
    expect([frame.width, frame.height]).toEqual([width, height]);
    const wanted = Buffer.from(rgb, "base64");
    expect(values).toHaveLength(wanted.length);
    const differences = Array.from(values, (value, at) => Math.abs(value - (wanted[at] ?? Number.NaN)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
  });

  it.each<[string, RegExp]>([
    ["photo.heic", /^Data item "image" is HEIC compressed with HEVC, .*: convert it to JPEG, PNG or AVIF\.$/],
    ["float.tif", /^Data item "image" has pixels of the type float, .*: save it with 8 or 16 bits per channel/],
    ["grey-float.tif", /the type float/],
    ["grey-32.tif", /the type uint/],
    ["signed-16.tif", /the type short/],
    ["cmyk-16.tif", /has 4 channels of the color space cmyk \(ushort\), .*: convert it to RGB or grayscale\.$/],
    ["five-bands.tif", /has 5 channels/],
    ["lab.tif", /is not a readable image/],
    ["truncated-baseline.jpg", /is not a readable image \(.*premature end of JPEG/],
    ["truncated-progressive.jpg", /is not a readable image \(.*premature end of JPEG/],
    ["truncated-rgb.png", /is not a readable image/],
    ["truncated-plain.gif", /is not a readable image/],
    ["truncated-lossy.webp", /is not a readable image/],
    ["truncated-raw.tif", /is not a readable image/],
    ["truncated-photo.avif", /is not a readable image \(heif: /],
  ])("%s is refused with a sentence", async (name, sentence) => {
    expect(expected).not.toHaveProperty(name);
    await expect(prepare(name, { width: 8, height: 8 })).rejects.toThrow(sentence);
  });

  it("no file is left out", () => {
    expect(names.length).toBe(Object.keys(expected).length + 15);
  });

  it.each(["alpha.png", "grey-alpha.png", "grey-alpha-16.png", "transparent.gif", "lossless-alpha.webp", "alpha.tif"])(
    "%s is composed on the background of model.yaml",
    async (name) => {
      const { width, height, rgb } = expected[name] as Pixels;
      const onWhite = Buffer.from(rgb, "base64");
      const { values } = await prepare(name, { width, height }, { background: [200, 10, 90] });
      // What is white on white and nothing else on the other is transparent.
      const changed = Array.from({ length: width * height }, (_, pixel) => [
        ...values.subarray(pixel * 3, pixel * 3 + 3),
      ])
        .filter((_, pixel) => onWhite.subarray(pixel * 3, pixel * 3 + 3).every((value) => value === 255))
        .map((color) => color.join(" "));
      expect(changed.length).toBeGreaterThan(0);
      expect(changed).toContain("200 10 90");
    },
  );
});
