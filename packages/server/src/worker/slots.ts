/** A worker's concurrency, divided among keys so that none can take it all. */
export interface Slots {
  /**
   * Does `work` in a slot of `key`.
   *
   * @returns undefined, without having called it, when `key` has all the slots it may have.
   */
  during<Result>(key: string, work: () => Promise<Result>): Promise<{ readonly result: Result } | undefined>;
  /** The keys that have all the slots they may have. */
  full(): string[];
}

const quickMs = 1_000;

/**
 * Each running key gets at least one slot, and at most an equal share with one more key: a new key finds a free slot at
 * once, however slow and numerous the others are.
 *
 * @param slowSlots a key has more than these only when its last work took less than a second; no limit when left out.
 */
export function createSlots(count: number, slowSlots = count): Slots {
  const taken = new Map<string, number>();
  const quick = new Set<string>();
  const limit = (key: string) => {
    const share = Math.max(1, Math.floor(count / (taken.size + 1)));
    return quick.has(key) ? share : Math.min(share, slowSlots);
  };
  return {
    async during(key, work) {
      const before = taken.get(key) ?? 0;
      if (before > 0 && before >= limit(key)) return undefined;
      taken.set(key, before + 1);
      const startedAt = performance.now();
      try {
        return { result: await work() };
      } finally {
        if (performance.now() - startedAt < quickMs) quick.add(key);
        else quick.delete(key);
        const left = (taken.get(key) ?? 1) - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
      }
    },
    full: () => [...taken].flatMap(([key, slots]) => (slots >= limit(key) ? [key] : [])),
  };
}
