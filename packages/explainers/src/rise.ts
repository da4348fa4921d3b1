import type { AskModel, DataItems } from "./ask-model.js";
import type { SamplingOptions } from "./coalition.js";
import { ExplanationError } from "./explanation-error.js";
import { randomInteger } from "./seeded-random.js";

/** How much of each pixel is shown, row by row, 0 to 1. */
export type SoftMask = Float32Array;

/** How much each pixel speaks for the classes, in their order. */
export interface Saliency {
  readonly classes: readonly Float32Array[];
  readonly samples: number;
  readonly isPartial: boolean;
}

/** Explains a picture by its pixels; `show` makes the picture as it is seen through a mask. */
export type ExplainPixels = (
  width: number,
  height: number,
  show: (mask: SoftMask) => Promise<readonly DataItems[]>,
  ask: AskModel,
  options: SamplingOptions,
) => Promise<Saliency>;

// Cells across and the share of cells that are shown, as the authors have them for pictures of 224 pixels.
const cells = 7;
const shown = 0.5;

/**
 * RISE: the mean of random soft masks, weighed by the score of the picture seen through them. Petsiuk, Das and Saenko, "RISE: Randomized
 * Input Sampling for Explanation of Black-box Models" (BMVC 2018), sections 3.1 and 3.2. What every mask does alike is taken out by weighing with the
 * score's difference from the mean score, which leaves the expectation and lowers the variance.
 *
 * @throws ExplanationError when the model answers for no masked picture.
 */
export const explainByRise: ExplainPixels = async (width, height, show, ask, { samples, random }) => {
  // Masks are recomputed from their grids when the answers arrive: keeping them would fill the memory.
  const { answers, isPartial } = await ask(drawGrids(samples, random), (grid) => show(toMask(grid, width, height)));
  const found = answers.flatMap(({ change: grid, scores }) => (scores === undefined ? [] : [{ scores, grid }]));
  const first = found[0];
  if (first === undefined)
    throw new ExplanationError(
      "The model answered for none of the masked images, so nothing can be said about their regions.",
    );
  const means = first.scores.map(
    (_, index) => found.reduce((total, { scores }) => total + (scores[index] ?? 0), 0) / found.length,
  );
  // Masks are smooth: a quarter of the pixels each way loses nothing.
  const [columns, rows] = [Math.ceil(width / 4), Math.ceil(height / 4)];
  const coarse = means.map(() => new Float32Array(columns * rows));
  for (const { scores, grid } of found) {
    const mask = toMask(grid, columns, rows);
    coarse.forEach((saliency, index) => {
      const weight = ((scores[index] ?? 0) - (means[index] ?? 0)) / (found.length * shown);
      for (let pixel = 0; pixel < mask.length; pixel += 1)
        saliency[pixel] = (saliency[pixel] ?? 0) + weight * (mask[pixel] ?? 0);
    });
  }
  const classes = coarse.map((saliency) => enlarge(saliency, columns, width, height));
  return { classes, samples: found.length, isPartial };
};

function enlarge(coarse: Float32Array, columns: number, width: number, height: number): Float32Array {
  const pixels = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = coarse[(y >> 2) * columns + (x >> 2)] ?? 0;
  return pixels;
}

interface Grid {
  readonly values: Uint8Array;
  /** By how much of a cell it is moved, 0 to 1. */
  readonly left: number;
  readonly top: number;
}

function* drawGrids(count: number, random: () => number): Generator<Grid> {
  for (let drawn = 0; drawn < count; drawn += 1) yield drawGrid(random);
}

function drawGrid(random: () => number): Grid {
  const values = Uint8Array.from({ length: (cells + 2) ** 2 }, () => (random() < shown ? 1 : 0));
  return { values, left: randomInteger(random, 256) / 256, top: randomInteger(random, 256) / 256 };
}

/** The grid drawn larger with smooth edges, moved by less than a cell. */
function toMask({ values, left, top }: Grid, width: number, height: number): SoftMask {
  const mask = new Float32Array(width * height);
  const across = cells + 2;
  for (let y = 0; y < height; y += 1) {
    const v = (y / height) * cells + top;
    const row = Math.floor(v) * across;
    const below = v - Math.floor(v);
    for (let x = 0; x < width; x += 1) {
      const u = (x / width) * cells + left;
      const column = Math.floor(u);
      const right = u - column;
      const place = row + column;
      const upper = (values[place] ?? 0) * (1 - right) + (values[place + 1] ?? 0) * right;
      const lower = (values[place + across] ?? 0) * (1 - right) + (values[place + across + 1] ?? 0) * right;
      mask[y * width + x] = upper * (1 - below) + lower * below;
    }
  }
  return mask;
}
