/** Counts the bytes of bodies in memory, and who sent them. */
export interface BodyBudget {
  /** Counts bytes if they fit: all together into the budget, those of one holder into half of it. @returns whether they fit. */
  take(holder: string, sizeBytes: number): boolean;
  giveBack(holder: string, sizeBytes: number): void;
}

export function createBodyBudget(maximumBytes: number): BodyBudget {
  let heldBytes = 0;
  const byHolder = new Map<string, number>();
  return {
    take(holder, sizeBytes) {
      const own = (byHolder.get(holder) ?? 0) + sizeBytes;
      if (heldBytes + sizeBytes > maximumBytes || own > maximumBytes / 2) return false;
      heldBytes += sizeBytes;
      byHolder.set(holder, own);
      return true;
    },
    giveBack(holder, sizeBytes) {
      heldBytes -= sizeBytes;
      const own = (byHolder.get(holder) ?? 0) - sizeBytes;
      if (own > 0) byHolder.set(holder, own);
      else byHolder.delete(holder);
    },
  };
}
