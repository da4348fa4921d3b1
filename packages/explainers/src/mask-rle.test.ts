import { expect, test } from "vitest";
import { encodeMask } from "./mask-rle.js";

test.each([
  ["column by column, zeros first", [0, 1, 1, 0, 1, 0], 3, 2, [2, 3, 1]],
  ["no zeros in front", [1, 0, 0, 0], 2, 2, [0, 1, 3]],
  ["nothing covered", [0, 0, 0, 0], 2, 2, [4]],
  ["all covered", [1, 1, 1, 1], 2, 2, [0, 4]],
])("runs of a mask: %s", (_, mask, width, height, runs) => {
  expect(encodeMask(Uint8Array.from(mask), width, height)).toEqual(runs);
});
