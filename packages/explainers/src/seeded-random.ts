/**
 * Numbers from 0 to 1 that follow from a seed: SplitMix32, the 32-bit form of the generator of Steele, Lea and Flood, "Fast
 * Splittable Pseudorandom Number Generators" (OOPSLA 2014). Explanations must be the same on every machine; no secrets are made with it.
 */
export function createSeededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Whole numbers from 0 to `bound` - 1. */
export function randomInteger(random: () => number, bound: number): number {
  return Math.floor(random() * bound);
}

/**
 * Makes a function that chooses `count` different whole numbers below `bound` (the first steps of a Fisher-Yates shuffle). What it returns
 * is valid until it is called again: it shuffles the same numbers further, which is as random and takes no memory.
 */
export function createShuffler(random: () => number, bound: number): (count: number) => Int32Array {
  const all = Int32Array.from({ length: bound }, (_, index) => index);
  return (count) => {
    for (let index = 0; index < count; index += 1) {
      const other = index + randomInteger(random, bound - index);
      const chosen = all[other] ?? 0;
      all[other] = all[index] ?? 0;
      all[index] = chosen;
    }
    return all.subarray(0, count);
  };
}

/** How many ways there are to choose `k` of `n`. */
export function binomial(n: number, k: number): number {
  let value = 1;
  for (let index = 1; index <= Math.min(k, n - k); index += 1) value = (value * (n - index + 1)) / index;
  return value;
}
