import { CholeskyDecomposition, Matrix, solve } from "ml-matrix";
import type { Coalition } from "./coalition.js";
import { fidelityOf } from "./fidelity.js";

/** A linear model that approximates the explained one near an input. */
export interface LinearFit {
  readonly coefficients: number[];
  readonly intercept: number;
  readonly fidelity: number | null;
}

/** Weighted sums over coalitions, of which only the kept features matter. */
export interface CoalitionSums {
  /** How much the coalitions weigh that keep both features, size x size; those that keep one in the diagonal. */
  readonly pairs: Float64Array;
  /** Weighted sum of each list of targets over the coalitions that keep a feature. */
  readonly targets: readonly Float64Array[];
}

export function sumCoalitions(
  size: number,
  coalitions: readonly Coalition[],
  weights: Float64Array,
  targets: readonly Float64Array[],
): CoalitionSums {
  const pairs = new Float64Array(size * size);
  const sums = targets.map(() => new Float64Array(size));
  const kept = new Int32Array(size);
  coalitions.forEach((coalition, index) => {
    const weight = weights[index] ?? 0;
    if (weight === 0) return;
    let count = 0;
    for (let feature = 0; feature < size; feature += 1) if (coalition[feature] === 1) kept[count++] = feature;
    for (let at = 0; at < count; at += 1) {
      const feature = kept[at] ?? 0;
      const row = feature * size;
      for (let other = 0; other <= at; other += 1) {
        const place = row + (kept[other] ?? 0);
        pairs[place] = (pairs[place] ?? 0) + weight;
      }
    }
    targets.forEach((values, target) => {
      const sum = sums[target];
      const value = weight * (values[index] ?? 0);
      if (sum === undefined) return;
      for (let at = 0; at < count; at += 1) {
        const feature = kept[at] ?? 0;
        sum[feature] = (sum[feature] ?? 0) + value;
      }
    });
  });
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < row; column += 1) pairs[column * size + row] = pairs[row * size + column] ?? 0;
  return { pairs, targets: sums };
}

/**
 * Weighted ridge regression with an intercept that is not penalised, for each list of targets: minimises
 * sum(w (y - b - xc)²) + ridge t |c|², where t is the mean of the features' weighted variances, so that the ridge shrinks few samples
 * of little weight no more than many.
 */
export function fitLinear(
  size: number,
  coalitions: readonly Coalition[],
  weights: Float64Array,
  targets: readonly Float64Array[],
  ridge: number,
  isExhaustive: boolean,
): LinearFit[] {
  const sums = sumCoalitions(size, coalitions, weights, targets);
  const total = sum(weights);
  const { pairs } = sums;
  const kept = Float64Array.from({ length: size }, (_, feature) => pairs[feature * size + feature] ?? 0);
  const normal = new Matrix(size, size);
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < size; j += 1)
      normal.set(i, j, (pairs[i * size + j] ?? 0) - ((kept[i] ?? 0) * (kept[j] ?? 0)) / total);
  const penalty = (ridge * normal.trace()) / size;
  for (let i = 0; i < size; i += 1) normal.set(i, i, normal.get(i, i) + penalty);
  const means = targets.map((values) => weightedSum(values, weights) / total);
  const right = new Matrix(size, targets.length);
  sums.targets.forEach((values, target) =>
    values.forEach((value, feature) => right.set(feature, target, value - (kept[feature] ?? 0) * (means[target] ?? 0))),
  );
  const solution = solveSymmetric(normal, right);
  return targets.map((values, target) => {
    const coefficients = solution.getColumn(target);
    const mean = means[target] ?? 0;
    const intercept = mean - weightedSum(kept, coefficients) / total;
    const { residual, spread } = spreadOf(coalitions, weights, values, mean, intercept, coefficients);
    return {
      coefficients,
      intercept,
      fidelity: fidelityOf({ residual, spread, weights, parameters: size, isExhaustive }),
    };
  });
}

/** Weighted squares of what is left of the targets without the linear model, and without their mean alone. */
export function spreadOf(
  coalitions: readonly Coalition[],
  weights: Float64Array,
  targets: Float64Array,
  mean: number,
  intercept: number,
  coefficients: readonly number[],
): { residual: number; spread: number } {
  let residual = 0;
  let spread = 0;
  coalitions.forEach((coalition, index) => {
    const [weight, target] = [weights[index] ?? 0, targets[index] ?? 0];
    let predicted = intercept;
    for (let feature = 0; feature < coalition.length; feature += 1)
      if (coalition[feature] === 1) predicted += coefficients[feature] ?? 0;
    residual += weight * (target - predicted) ** 2;
    spread += weight * (target - mean) ** 2;
  });
  return { residual, spread };
}

/** Cholesky if possible; otherwise singular values, for samples that do not distinguish all features. */
export function solveSymmetric(matrix: Matrix, right: Matrix): Matrix {
  const cholesky = new CholeskyDecomposition(matrix);
  return cholesky.isPositiveDefinite() ? cholesky.solve(right) : solve(matrix, right, true);
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] ?? 0;
  return total;
}

export function weightedSum(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += (values[index] ?? 0) * (weights[index] ?? 0);
  return total;
}
