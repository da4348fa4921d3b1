/** Numbers from 0 to 1 that are the same for the same seed (mulberry32, Tommy Ettinger, 2017; public domain). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of several, each as probable as its weight. */
export function pick<Choice extends { readonly weight: number }>(
  choices: readonly Choice[],
  random: () => number,
): Choice {
  let rest = random() * choices.reduce((sum, { weight }) => sum + weight, 0);
  for (const choice of choices) {
    rest -= choice.weight;
    if (rest < 0) return choice;
  }
  throw new Error("There is nothing to pick from.");
}
