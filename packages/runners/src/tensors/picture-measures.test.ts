import { expect, it } from "vitest";
import { measurePixels } from "./picture-measures.js";

const size = { width: 128, height: 128 };
/** Black and white squares of 32 pixels. */
const chequered = Uint8Array.from({ length: 128 * 128 * 3 }, (_, at) => {
  const pixel = Math.floor(at / 3);
  return ((pixel >> 5) + (pixel >> 12)) % 2 === 0 ? 0 : 255;
});

it("measures the brightness and contrast of what the model sees, and the size of the whole picture", () => {
  const frame = { width: 300, height: 256, scaleX: 2, scaleY: 2, left: 22, top: 0 };
  const { item, width, height, brightness, contrast } = measurePixels("photo", chequered, size, frame);
  expect([item, width, height]).toEqual(["photo", 300, 256]);
  expect(brightness).toBeCloseTo(0.5);
  expect(contrast).toBeCloseTo(0.5);
});

it("does not count bars around the picture", () => {
  const white = new Uint8Array(128 * 128 * 3).fill(255);
  white.fill(114, 0, 32 * 128 * 3).fill(114, 96 * 128 * 3);
  const frame = { width: 256, height: 128, scaleX: 2, scaleY: 2, left: 0, top: -64 };
  expect(measurePixels("photo", white, size, frame)).toMatchObject({ brightness: 1, contrast: 0 });
});

it("measures a picture of less than one pixel", () => {
  const frame = { width: 1_000, height: 1, scaleX: 10, scaleY: 10, left: 0, top: -635 };
  const { brightness } = measurePixels("photo", chequered, size, frame);
  expect(brightness).toBeGreaterThanOrEqual(0);
  expect(brightness).toBeLessThanOrEqual(1);
});
