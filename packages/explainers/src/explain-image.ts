import type { DataItems } from "./ask-model.js";
import type { Attribution, HidingInput } from "./coalition.js";
import { encodeMask } from "./mask-rle.js";
import type { Picture } from "./picture.js";
import type { SoftMask } from "./rise.js";
import { findSuperpixels } from "./superpixels.js";

// How many superpixels there are, about, and of how many cells the longer side of a heat map is.
const wantedSuperpixels = 50;
const heatMapCells = 32;
/** The share of all that speaks for the class which is inside the mask. */
const maskShare = 0.5;

/** A picture whose superpixels can be hidden: each becomes its mean colour, as the authors of LIME do it. */
export function hideSuperpixels(
  items: DataItems,
  item: string,
  picture: Picture,
): HidingInput & { readonly toPixels: (attribution: Attribution) => Float32Array } {
  const { labels, count } = findSuperpixels(picture, wantedSuperpixels);
  const hidden = toMeanColours(picture, labels, count);
  return {
    size: count,
    whole: items,
    async hide(coalition) {
      const data = Uint8Array.from(picture.data);
      for (let pixel = 0; pixel < labels.length; pixel += 1)
        if (coalition[labels[pixel] ?? 0] !== 1)
          for (let at = pixel * 3; at < pixel * 3 + 3; at += 1) data[at] = hidden[at] ?? 0;
      return [{ ...items, [item]: await picture.encode(data) }];
    },
    /** What a superpixel does is done by its pixels, each as much. */
    toPixels({ scores }) {
      const sizes = new Float64Array(count);
      for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
      return Float32Array.from(labels, (label) => (scores[label] ?? 0) / (sizes[label] ?? 1));
    },
  };
}

/** A picture seen through soft masks; what is not shown is grey, the mean colour of the picture. */
export function showThrough(
  items: DataItems,
  item: string,
  picture: Picture,
): (mask: SoftMask) => Promise<DataItems[]> {
  const means = toMeanColours(picture, new Int32Array(picture.width * picture.height), 1).subarray(0, 3);
  return async (mask) => {
    const data = new Uint8Array(picture.data.length);
    for (let pixel = 0, at = 0; pixel < mask.length; pixel += 1) {
      const shown = mask[pixel] ?? 0;
      for (let channel = 0; channel < 3; channel += 1, at += 1) {
        const mean = means[channel] ?? 0;
        data[at] = mean + shown * ((picture.data[at] ?? 0) - mean) + 0.5;
      }
    }
    return [{ ...items, [item]: await picture.encode(data) }];
  };
}

/** The importance of pixels as a mask of the original picture and as a heat map. */
export function describeRegions({ width, height, original }: Picture, importance: Float32Array) {
  const mask = new Uint8Array(original.width * original.height);
  const threshold = thresholdOf(importance);
  for (let y = 0; y < original.height; y += 1) {
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / original.height)) * width;
    for (let x = 0; x < original.width; x += 1) {
      const column = Math.min(width - 1, Math.floor(((x + 0.5) * width) / original.width));
      if ((importance[row + column] ?? 0) >= threshold) mask[y * original.width + x] = 1;
    }
  }
  return {
    maskRLE: [encodeMask(mask, original.width, original.height)],
    dimensions: { height: original.height, width: original.width },
    heatMap: toHeatMap(importance, width, height),
  };
}

/** The most important pixels that together reach the mask's share of all support for the class. */
function thresholdOf(importance: Float32Array): number {
  const positive = importance
    .filter((score) => score > 0)
    .sort()
    .reverse();
  const wanted = positive.reduce((total, score) => total + score, 0) * maskShare;
  let reached = 0;
  for (const score of positive) {
    reached += score;
    if (reached >= wanted) return score;
  }
  return Number.POSITIVE_INFINITY;
}

/** The sum of the importance in each cell, so that all cells together are all importance. */
function toHeatMap(importance: Float32Array, width: number, height: number): number[][] {
  const cell = Math.max(1, Math.max(width, height) / heatMapCells);
  const [columns, rows] = [Math.max(1, Math.round(width / cell)), Math.max(1, Math.round(height / cell))];
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => 0));
  for (let y = 0; y < height; y += 1) {
    const row = cells[Math.floor((y * rows) / height)] ?? [];
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor((x * columns) / width);
      row[column] = (row[column] ?? 0) + (importance[y * width + x] ?? 0);
    }
  }
  return cells;
}

function toMeanColours({ data }: Picture, labels: Int32Array, count: number): Uint8Array {
  const sums = new Float64Array(count * 3);
  const sizes = new Float64Array(count);
  labels.forEach((label, pixel) => {
    sizes[label] = (sizes[label] ?? 0) + 1;
    for (let channel = 0; channel < 3; channel += 1)
      sums[label * 3 + channel] = (sums[label * 3 + channel] ?? 0) + (data[pixel * 3 + channel] ?? 0);
  });
  return Uint8Array.from({ length: data.length }, (_, at) => {
    const label = labels[Math.floor(at / 3)] ?? 0;
    return Math.round((sums[label * 3 + (at % 3)] ?? 0) / (sizes[label] ?? 1));
  });
}
