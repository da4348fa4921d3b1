import jstat from "jstat";

/** How often each bin was seen. */
export type Counts = ReadonlyMap<string, number>;

export interface Comparison {
  readonly chiSquared: number;
  readonly degreesOfFreedom: number;
  /** How probable a difference like this, or a larger one, is by chance. */
  readonly pValue: number;
  /** 0: the same, to 1: nothing in common. */
  readonly jensenShannonDistance: number;
}

// Below it a bin's chi-squared term is not distributed as the test takes it to be.
const leastExpected = 5;

/**
 * Compares what was observed with a baseline: Pearson's chi-squared goodness of fit, and the Jensen-Shannon distance (Lin, "Divergence Measures Based on
 * the Shannon Entropy", IEEE Transactions on Information Theory 37, 1991; base 2, the root of the divergence) for how large the difference is.
 *
 * The baseline's shares are smoothed with half a count for each bin (Jeffreys' prior), so that a class that it never saw is rare and not
 * impossible; bins expected fewer than 5 times are put together (Cochran, "Some Methods for Strengthening the Common χ² Tests", Biometrics 10, 1954).
 */
export function compareDistributions(baseline: Counts, observed: Counts): Comparison {
  const bins = [...new Set([...baseline.keys(), ...observed.keys()])];
  const baselineTotal = totalOf(baseline);
  const total = totalOf(observed);
  if (baselineTotal === 0 || total === 0)
    return { chiSquared: 0, degreesOfFreedom: 0, pValue: 1, jensenShannonDistance: 0 };
  const cells: { expected: number; seen: number }[] = [];
  const rare = { expected: 0, seen: 0 };
  for (const bin of bins) {
    const share = ((baseline.get(bin) ?? 0) + 0.5) / (baselineTotal + bins.length / 2);
    const cell = { expected: share * total, seen: observed.get(bin) ?? 0 };
    if (cell.expected >= leastExpected) cells.push(cell);
    else {
      rare.expected += cell.expected;
      rare.seen += cell.seen;
    }
  }
  if (rare.expected > 0) cells.push(rare);
  const chiSquared = cells.reduce((sum, { expected, seen }) => sum + (seen - expected) ** 2 / expected, 0);
  const degreesOfFreedom = cells.length - 1;
  return {
    chiSquared,
    degreesOfFreedom,
    pValue: degreesOfFreedom === 0 ? 1 : 1 - jstat.jStat.chisquare.cdf(chiSquared, degreesOfFreedom),
    jensenShannonDistance: jensenShannon(bins, baseline, baselineTotal, observed, total),
  };
}

export function totalOf(counts: Counts): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function jensenShannon(
  bins: readonly string[],
  baseline: Counts,
  baselineTotal: number,
  observed: Counts,
  total: number,
): number {
  let divergence = 0;
  for (const bin of bins) {
    const p = (baseline.get(bin) ?? 0) / baselineTotal;
    const q = (observed.get(bin) ?? 0) / total;
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p / 2) * Math.log2(p / middle);
    if (q > 0) divergence += (q / 2) * Math.log2(q / middle);
  }
  return Math.sqrt(Math.max(0, divergence));
}
