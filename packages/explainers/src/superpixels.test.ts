import { expect, test } from "vitest";
import { findSuperpixels } from "./superpixels.js";

const picture = (width: number, height: number, colourAt: (x: number, y: number) => number[]) => ({
  width,
  height,
  data: Uint8Array.from(
    Array.from({ length: width * height }, (_, at) => colourAt(at % width, Math.floor(at / width))).flat(),
  ),
});

test("superpixels follow the edges in the picture", () => {
  const pixels = picture(60, 40, (x) => (x < 25 ? [250, 20, 20] : [20, 20, 250]));
  const { labels, count } = findSuperpixels(pixels, 12);
  expect(count).toBeGreaterThan(6);
  const sides = new Map<number, Set<boolean>>();
  labels.forEach((label, at) => {
    const left = at % 60 < 25;
    sides.set(label, (sides.get(label) ?? new Set()).add(left));
  });
  for (const both of sides.values()) expect(both.size).toBe(1);
});

test("every superpixel is connected, and they are numbered without gaps", () => {
  const pixels = picture(48, 32, (x, y) => [(x * 53 + y * 17) % 256, (x * y) % 256, (y * 31) % 256]);
  const { labels, count } = findSuperpixels(pixels, 12);
  expect(new Set(labels)).toEqual(new Set(Array.from({ length: count }, (_, label) => label)));
});

test("a picture of one pixel is one superpixel", () => {
  expect(findSuperpixels({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }, 50).count).toBe(1);
});
