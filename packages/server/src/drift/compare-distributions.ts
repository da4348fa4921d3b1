import jstat from "jstat";

/** The count of each bin. */
export type Counts = ReadonlyMap<string, number>;

/** Result of a chi-squared test. */
export interface ChiSquaredTest {
  /** Null if the test is impossible: a period is empty, or all bins but one have too few expected inputs. */
  readonly chiSquared: number | null;
  readonly degreesOfFreedom: number;
  /** Probability of a difference at least this large by chance; null if the test is impossible. */
  readonly pValue: number | null;
}

/** Test of homogeneity and other measures of the difference. */
export interface Comparison extends ChiSquaredTest {
  /** How well the observed counts fit the baseline's shares, taking those as exact. */
  readonly goodnessOfFit: ChiSquaredTest;
  /** From 0 (identical) to 1 (disjoint); null when a period is empty. */
  readonly jensenShannonDistance: number | null;
}

// Below this expected count, a bin's term does not follow the distribution that the test assumes.
const leastExpected = 5;

/**
 * Compares observed counts with a baseline: whether they differ by more than chance, and by how much, measured by the
 * Jensen-Shannon distance (Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Transactions on Information Theory 37,
 * 1991; base 2, the root of the divergence).
 *
 * Both are samples, so the test is Pearson's chi-squared test of homogeneity. The goodness-of-fit test takes the baseline's
 * shares as exact: if the baseline is no larger than the period, it reports a difference between equal distributions more often
 * than not. Use it only with baselines that are many times larger.
 */
export function compareDistributions(baseline: Counts, observed: Counts): Comparison {
  const bins = [...new Set([...baseline.keys(), ...observed.keys()])];
  const pairs = bins.map((bin) => ({ before: baseline.get(bin) ?? 0, now: observed.get(bin) ?? 0 }));
  const totals = { before: totalOf(baseline), now: totalOf(observed) };
  if (totals.before === 0 || totals.now === 0)
    return { ...untestable, goodnessOfFit: untestable, jensenShannonDistance: null };
  return {
    ...testHomogeneity(pairs, totals),
    goodnessOfFit: testGoodnessOfFit(pairs, totals),
    jensenShannonDistance: jensenShannon(pairs, totals),
  };
}

/** Counts of a bin in the baseline and in the period, or of all bins together. */
interface Pair {
  readonly before: number;
  readonly now: number;
}

/** Observed and expected counts of one or more bins. */
interface Cell {
  readonly seen: Pair;
  readonly expected: Pair;
}

const untestable: ChiSquaredTest = { chiSquared: null, degreesOfFreedom: 0, pValue: null };

function testHomogeneity(pairs: readonly Pair[], totals: Pair): ChiSquaredTest {
  const all = totals.before + totals.now;
  const cells = mergeRare(
    pairs.map((seen) => {
      const share = (seen.before + seen.now) / all;
      return { seen, expected: { before: share * totals.before, now: share * totals.now } };
    }),
    ({ expected }) => Math.min(expected.before, expected.now),
  );
  const term = ({ seen, expected }: Cell) =>
    (seen.before - expected.before) ** 2 / expected.before + (seen.now - expected.now) ** 2 / expected.now;
  return toTest(pairs, cells, term);
}

/** Smooths the baseline with half a count per bin (Jeffreys' prior): a class it never saw is rare, not impossible. */
function testGoodnessOfFit(pairs: readonly Pair[], totals: Pair): ChiSquaredTest {
  const cells = mergeRare(
    pairs.map((seen) => {
      const share = (seen.before + 0.5) / (totals.before + pairs.length / 2);
      return { seen, expected: { before: share * totals.before, now: share * totals.now } };
    }),
    ({ expected }) => expected.now,
  );
  return toTest(pairs, cells, ({ seen, expected }) => (seen.now - expected.now) ** 2 / expected.now);
}

function toTest(pairs: readonly Pair[], cells: readonly Cell[], term: (cell: Cell) => number): ChiSquaredTest {
  // A single bin cannot differ; if several bins had to be merged into one, nothing can be said.
  if (cells.length < 2) return pairs.length === 1 ? { chiSquared: 0, degreesOfFreedom: 0, pValue: 1 } : untestable;
  const chiSquared = cells.reduce((sum, cell) => sum + term(cell), 0);
  const degreesOfFreedom = cells.length - 1;
  return { chiSquared, degreesOfFreedom, pValue: 1 - jstat.jStat.chisquare.cdf(chiSquared, degreesOfFreedom) };
}

/**
 * Merges bins with an expected count below 5 (Cochran, "Some Methods for Strengthening the Common χ² Tests", Biometrics 10,
 * 1954), the rarest first.
 */
function mergeRare(cells: readonly Cell[], expectedOf: (cell: Cell) => number): Cell[] {
  const sorted = [...cells].sort((a, b) => expectedOf(a) - expectedOf(b));
  const merged: Cell[] = [];
  for (const cell of sorted) {
    const last = merged.at(-1);
    if (last === undefined || expectedOf(last) >= leastExpected) merged.push(cell);
    else merged[merged.length - 1] = add(last, cell);
  }
  const [beforeLast, last] = merged.slice(-2);
  if (beforeLast !== undefined && last !== undefined && expectedOf(last) < leastExpected)
    merged.splice(-2, 2, add(beforeLast, last));
  return merged;
}

export function totalOf(counts: Counts): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function add(one: Cell, other: Cell): Cell {
  const sum = (a: Pair, b: Pair): Pair => ({ before: a.before + b.before, now: a.now + b.now });
  return { seen: sum(one.seen, other.seen), expected: sum(one.expected, other.expected) };
}

function jensenShannon(pairs: readonly Pair[], totals: Pair): number {
  let divergence = 0;
  for (const { before, now } of pairs) {
    const p = before / totals.before;
    const q = now / totals.now;
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p / 2) * Math.log2(p / middle);
    if (q > 0) divergence += (q / 2) * Math.log2(q / middle);
  }
  return Math.sqrt(Math.max(0, divergence));
}
