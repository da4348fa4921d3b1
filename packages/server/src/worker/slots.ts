import { EventEmitter, once } from "node:events";

/** A worker's concurrency, divided among keys so that none can take it all. */
export interface Slots {
  /**
   * Does `work` in a slot of `key`; where that has none left and is quick, one that gets free within 200 ms.
   *
   * @returns undefined, without having called it, when `key` has all the slots it may have.
   */
  during<Result>(key: string, work: () => Promise<Result>): Promise<{ readonly result: Result } | undefined>;
  /** The keys that have all the slots they may have. */
  full(): string[];
}

const quickMs = 1_000;
// Several tasks of a key are taken from the queue at once, more than it has slots: to queue one again costs as much as to run it. A new
// key waits no longer than this for a place that is taken by tasks that wait.
const patienceMs = 200;

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
  const freed = new EventEmitter().setMaxListeners(0);
  const take = (key: string): boolean => {
    const before = taken.get(key) ?? 0;
    if (before > 0 && before >= limit(key)) return false;
    taken.set(key, before + 1);
    return true;
  };
  const takeSoon = async (key: string): Promise<boolean> => {
    const signal = AbortSignal.timeout(patienceMs);
    while (!signal.aborted) {
      await once(freed, "slot", { signal }).catch(() => undefined);
      if (take(key)) return true;
    }
    return false;
  };
  return {
    async during(key, work) {
      if (!take(key) && !(quick.has(key) && (await takeSoon(key)))) return undefined;
      const startedAt = performance.now();
      try {
        return { result: await work() };
      } finally {
        if (performance.now() - startedAt < quickMs) quick.add(key);
        else quick.delete(key);
        const left = (taken.get(key) ?? 1) - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
        freed.emit("slot");
      }
    },
    full: () => [...taken].flatMap(([key, slots]) => (slots >= limit(key) ? [key] : [])),
  };
}
