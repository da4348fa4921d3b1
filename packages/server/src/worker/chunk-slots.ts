/** The chunks that a worker may run at the same time, divided among model versions so that none can take them all. */
export interface ChunkSlots {
  /**
   * Does `work` in a slot of a version.
   *
   * @returns undefined, without having called it, when the version has all the slots it may have.
   */
  during<Result>(versionKey: string, work: () => Promise<Result>): Promise<{ readonly result: Result } | undefined>;
  /** The versions that have all the slots they may have. */
  full(): string[];
}

// A version whose chunks take longer than this has no more of them in one worker than overlap fetching with running.
const quickMs = 1_000;
const slowSlots = 2;

/**
 * Each of the versions that run may have as many slots as leave the same for one more, and one at least: a version that
 * comes new finds a slot at once, however slow and many the chunks of the others are. A version has more than two only
 * when its last chunk was quick: what this worker does not take of a slow one, another may run at once.
 */
export function createChunkSlots(count: number): ChunkSlots {
  const taken = new Map<string, number>();
  const quick = new Set<string>();
  const limit = (versionKey: string) => {
    const share = Math.max(1, Math.floor(count / (taken.size + 1)));
    return quick.has(versionKey) ? share : Math.min(share, slowSlots);
  };
  return {
    async during(versionKey, work) {
      const before = taken.get(versionKey) ?? 0;
      if (before > 0 && before >= limit(versionKey)) return undefined;
      taken.set(versionKey, before + 1);
      const startedAt = performance.now();
      try {
        return { result: await work() };
      } finally {
        if (performance.now() - startedAt < quickMs) quick.add(versionKey);
        else quick.delete(versionKey);
        const left = (taken.get(versionKey) ?? 1) - 1;
        if (left === 0) taken.delete(versionKey);
        else taken.set(versionKey, left);
      }
    },
    full: () => [...taken].flatMap(([versionKey, slots]) => (slots >= limit(versionKey) ? [versionKey] : [])),
  };
}
