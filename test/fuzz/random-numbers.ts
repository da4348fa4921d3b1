import { createRandom } from "../faults/random.ts";

/** Whole numbers that are the same for the same seed. */
export interface RandomNumbers {
  /** From 0 to below the limit; 0 when that is 0. */
  below(limit: number): number;
}

export function createRandomNumbers(seed: number): RandomNumbers {
  const random = createRandom(seed);
  return { below: (limit) => Math.floor(random() * limit) };
}
