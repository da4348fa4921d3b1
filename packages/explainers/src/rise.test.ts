import { expect, test } from "vitest";
import { createAskModel } from "./ask-model.js";
import { explainByRise } from "./rise.js";
import { createSeededRandom } from "./seeded-random.js";

const [width, height] = [32, 16];

/** A model that sees how much of the left half is shown. */
function askAboutLeft() {
  return createAskModel({
    classes: ["left"],
    maximumBatchSize: 8,
    isTimeUp: () => false,
    run: async (batch) =>
      batch.map(({ mask = new Uint8Array() }) => {
        const left = mask.filter((_, pixel) => pixel % width < width / 2);
        const score = left.reduce((sum, shown) => sum + shown, 0) / left.length / 255;
        return { predictions: [{ class: "left", score }] };
      }),
  });
}

const explain = (seed: number) =>
  explainByRise(
    width,
    height,
    async (mask) => [{ mask: Uint8Array.from(mask, (shown) => shown * 255) }],
    askAboutLeft().ask,
    { samples: 200, random: createSeededRandom(seed) },
  );

test("finds the region that determines the score", async () => {
  const { classes, samples } = await explain(0);
  const mean = (isLeft: boolean) => {
    const part = Array.from(classes[0] ?? []).filter((_, pixel) => pixel % width < width / 2 === isLeft);
    return part.reduce((sum, score) => sum + score, 0) / part.length;
  };
  expect(mean(true)).toBeGreaterThan(5 * Math.abs(mean(false)));
  expect(samples).toBe(200);
});

test("the same seed gives the same masks", async () => {
  expect((await explain(4)).classes).toEqual((await explain(4)).classes);
});
