/** How the score of a class changes while parts of an input are taken away, or put back. */
export interface Curves {
  /** Score after each share of the parts is deleted, the most important first: the lower the better. */
  readonly deletion: readonly number[];
  /** Score after each share of the parts is inserted, the most important first: the higher the better. */
  readonly insertion: readonly number[];
}

/** Shares of the parts at which scores are looked at. */
export const shares = Array.from({ length: 11 }, (_, index) => index / 10);

/**
 * Deletion and insertion curves, as in Petsiuk, Das and Saenko, "RISE" (BMVC 2018), section 4.1.
 *
 * @param importance of each part.
 * @param score the explained class's score of inputs with some parts only.
 */
export async function measureCurves(
  importance: readonly number[],
  score: (kept: readonly (readonly boolean[])[]) => Promise<readonly number[]>,
): Promise<Curves> {
  const order = Array.from(importance.keys()).sort((a, b) => (importance[b] ?? 0) - (importance[a] ?? 0));
  const rank = new Map(order.map((part, place) => [part, place]));
  const without = shares.map((share) =>
    importance.map((_, part) => (rank.get(part) ?? 0) >= Math.round(share * importance.length)),
  );
  const scores = await score([...without, ...without.map((kept) => kept.map((one) => !one))]);
  return { deletion: scores.slice(0, shares.length), insertion: scores.slice(shares.length) };
}

/** Area under a curve over shares from 0 to 1, by trapezoids. */
export function areaUnder(curve: readonly number[]): number {
  const step = 1 / (curve.length - 1);
  return curve.reduce(
    (sum, value, index) => sum + value * step * (index === 0 || index === curve.length - 1 ? 0.5 : 1),
    0,
  );
}
