import sharp from "sharp";
import { expect, test } from "vitest";
import { openPicture } from "../../runners/src/tensors/open-picture.js";
import { readPicture } from "./picture.js";

const types = ["image/jpeg", "image/png"];
const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });

test("limits a wide picture by its pixel count, not by its width", async () => {
  const { width, height, original } = await readPicture(
    await plain(6_000, 330).jpeg().toBuffer(),
    "image",
    types,
    openPicture,
  );
  expect(width * height).toBeLessThan(1.01 * 320 * 640);
  expect(original).toEqual({ width: 6_000, height: 330 });
});

test("leaves a small picture unchanged, pixel by pixel", async () => {
  const bytes = await plain(28, 28).png().toBuffer();
  const picture = await readPicture(bytes, "image", types, openPicture);
  const encoded = await picture.encode(picture.data);
  expect((await sharp(encoded).metadata()).format).toBe("png");
  expect(await sharp(encoded).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer());
  const forJpeg = await readPicture(bytes, "image", ["image/jpeg"], openPicture);
  expect((await sharp(await forJpeg.encode(forJpeg.data)).metadata()).format).toBe("jpeg");
});

test("reports a file that is not a picture", async () => {
  await expect(readPicture(Buffer.from("text"), "image", types, openPicture)).rejects.toThrow(
    'Data item "image" cannot be read as an image',
  );
});
