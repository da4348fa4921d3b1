import sharp from "sharp";
import { expect, test } from "vitest";
import { readPicture } from "./picture.js";

const types = ["image/jpeg", "image/png"];
const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });

test("limits a wide picture by its pixel count, not by its width", async () => {
  const { width, height, original } = await readPicture(await plain(6_000, 330).jpeg().toBuffer(), "image", types);
  expect(width * height).toBeLessThan(1.01 * 320 * 640);
  expect(original).toEqual({ width: 6_000, height: 330 });
});

test("leaves a small picture unchanged, pixel by pixel", async () => {
  const bytes = await plain(28, 28).png().toBuffer();
  const picture = await readPicture(bytes, "image", types);
  const encoded = await picture.encode(picture.data);
  expect((await sharp(encoded).metadata()).format).toBe("png");
  expect(await sharp(encoded).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
  const forJpeg = await readPicture(bytes, "image", ["image/jpeg"]);
  expect((await sharp(await forJpeg.encode(forJpeg.data)).metadata()).format).toBe("jpeg");
});

test("transparent pixels become black, as in the ONNX runner, and half-transparent ones keep their color", async () => {
  const data = Buffer.from([200, 100, 50, 0, 200, 100, 50, 128, 200, 100, 50, 255]);
  const bytes = await sharp(data, { raw: { width: 3, height: 1, channels: 4 } })
    .png()
    .toBuffer();
  const picture = await readPicture(bytes, "image", types);
  expect([...picture.data]).toEqual([0, 0, 0, 200, 100, 50, 200, 100, 50]);
});

test("reports a file that is not a picture", async () => {
  await expect(readPicture(Buffer.from("text"), "image", types)).rejects.toThrow(
    'Data item "image" cannot be read as an image',
  );
});
