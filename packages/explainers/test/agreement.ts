/** How well found importances agree with the true ones. */
export interface Agreement {
  /** Spearman's rank correlation, with ties at their mean rank. */
  readonly rankCorrelation: number;
  /** Mean absolute error, in shares of the largest true importance. */
  readonly relativeError: number;
}

export function agreementOf(found: readonly number[], truth: readonly number[]): Agreement {
  const largest = Math.max(...truth.map(Math.abs));
  const errors = found.map((value, index) => Math.abs(value - (truth[index] ?? 0)) / largest);
  return {
    rankCorrelation: correlate(ranksOf(found), ranksOf(truth)),
    relativeError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
  };
}

function ranksOf(values: readonly number[]): number[] {
  const rounded = values.map((value) => Math.round(value * 1e5));
  const sorted = [...rounded].sort((a, b) => a - b);
  return rounded.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}

function correlate(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const products = (x: readonly number[], meanX: number, y: readonly number[], meanY: number) =>
    x.reduce((sum, value, index) => sum + (value - meanX) * ((y[index] ?? 0) - meanY), 0);
  return products(a, meanA, b, meanB) / Math.sqrt(products(a, meanA, a, meanA) * products(b, meanB, b, meanB));
}
