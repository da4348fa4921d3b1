/** The chunks that a worker may run at the same time, divided among model versions so that none can take them all. */
export interface ChunkSlots {
  /**
   * Does `work` in a slot of a version.
   *
   * @returns undefined, without having called it, when the version has all the slots it may have.
   */
  during<Result>(flag: string, work: () => Promise<Result>): Promise<{ readonly result: Result } | undefined>;
  /** The versions that have all the slots they may have. */
  full(): string[];
}

/**
 * Each of the versions that run may have as many slots as leave the same for one more, and one at least: a version that
 * comes new finds a slot at once, however slow and many the chunks of the others are.
 */
export function createChunkSlots(count: number): ChunkSlots {
  const taken = new Map<string, number>();
  const limit = () => Math.max(1, Math.floor(count / (taken.size + 1)));
  return {
    async during(flag, work) {
      const before = taken.get(flag) ?? 0;
      if (before > 0 && before >= limit()) return undefined;
      taken.set(flag, before + 1);
      try {
        return { result: await work() };
      } finally {
        const left = (taken.get(flag) ?? 1) - 1;
        if (left === 0) taken.delete(flag);
        else taken.set(flag, left);
      }
    },
    full: () => [...taken].flatMap(([flag, slots]) => (slots >= limit() ? [flag] : [])),
  };
}
