import sharp from "sharp";
import { expect, test } from "vitest";
import { measurePicture } from "./measure-picture.js";

/** A checkerboard image: half as bright as `low`, half as `high`. */
async function chequered(low: number, high: number, format: "png" | "jpeg") {
  const data = Buffer.from(
    Array.from({ length: 128 * 128 }, (_, at) => ((at >> 5) % 2 === (at >> 12) % 2 ? low : high)),
  );
  const picture = sharp(data, { raw: { width: 128, height: 128, channels: 1 } });
  return measurePicture(await picture.toFormat(format).toBuffer());
}
const binsOf = (measures: readonly { feature: string; bin: string }[]) =>
  Object.fromEntries(measures.map(({ feature, bin }) => [feature, bin]));

test("computes brightness and contrast from a picture's gray values", async () => {
  // Mean 128 / 255 = 0.502, deviation 83 / 255 = 0.325, minus the blur of scaling.
  expect(binsOf(await chequered(45, 211, "png"))).toEqual({ pixels: "16380", brightness: "0.5", contrast: "0.3" });
  expect(binsOf(await chequered(45, 211, "jpeg"))).toMatchObject({ brightness: "0.5" });
  expect(binsOf(await chequered(255, 255, "png"))).toMatchObject({ brightness: "1", contrast: "0" });
});

test("measures as much as possible of a truncated or invalid picture", async () => {
  expect(await measurePicture(Buffer.from("no picture"))).toEqual([{ feature: "pixels", bin: "0" }]);
  const whole = await sharp({ create: { width: 300, height: 300, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  const [pixels] = await measurePicture(whole.subarray(0, whole.length - 200));
  expect(pixels).toEqual({ feature: "pixels", bin: "65540" });
});
