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

/** `count` different whole numbers below `bound`, in random order (the first steps of a Fisher-Yates shuffle). */
export function chooseDistinct(random: () => number, count: number, bound: number): number[] {
  const all = Array.from({ length: bound }, (_, index) => index);
  for (let index = 0; index < count; index += 1) {
    const other = index + randomInteger(random, bound - index);
    [all[index], all[other]] = [all[other] ?? 0, all[index] ?? 0];
  }
  return all.slice(0, count);
}
