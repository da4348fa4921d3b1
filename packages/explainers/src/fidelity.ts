export interface Fit {
  /** Weighted sum of the squared differences between the model and its linear stand-in. */
  readonly residual: number;
  /** Weighted sum of the squared differences between the model's scores and their mean. */
  readonly spread: number;
  readonly weights: ArrayLike<number>;
  /** How many numbers were fitted, the intercept not counted. */
  readonly parameters: number;
  /** Whether every combination that there is was asked about: then nothing is estimated, and nothing to adjust. */
  readonly isExhaustive: boolean;
}

/**
 * Adjusted R² of a linear stand-in: what would be left of it on combinations that it was not fitted to. Theil, "Economic Forecasts and Policy"
 * (1961), chapter 6: 1 - (residual / (n - p - 1)) / (spread / (n - 1)); for n, weights count as Kish, "Survey Sampling" (1965), section
 * 11.7, has them: (sum w)² / sum w². Pure noise gives about 0, and may give less.
 *
 * @returns null when the score never changed, or when there are no more answers than fitted numbers.
 */
export function fidelityOf({ residual, spread, weights, parameters, isExhaustive }: Fit): number | null {
  let total = 0;
  let squares = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0;
    total += weight;
    squares += weight * weight;
  }
  if (spread <= 1e-12 * total) return null;
  if (isExhaustive) return 1 - residual / spread;
  const answers = squares === 0 ? 0 : total ** 2 / squares;
  const freedom = answers - parameters - 1;
  return freedom < 1 ? null : 1 - ((residual / spread) * (answers - 1)) / freedom;
}
