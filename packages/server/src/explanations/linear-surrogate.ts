import { CholeskyDecomposition, Matrix, solve } from "ml-matrix";

/** A linear model that stands in for the explained one near an input. */
export interface LinearFit {
  readonly coefficients: readonly number[];
  readonly intercept: number;
  /** Weighted R²: 1 when the model behaves like it everywhere that was sampled. */
  readonly fidelity: number;
}

/**
 * Weighted ridge regression with an intercept that is not penalised: minimises sum(w (y - b - Xc)²) + penalty |c|².
 *
 * @param rows one array of features for each sample, all of the same length.
 */
export function fitLinear(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  weights: readonly number[],
  penalty: number,
): LinearFit {
  const width = rows[0]?.length ?? 0;
  const totalWeight = sum(weights);
  const meanOf = (values: readonly number[]) =>
    sum(values.map((value, row) => value * (weights[row] ?? 0))) / totalWeight;
  const means = Array.from({ length: width }, (_, column) => meanOf(rows.map((row) => row[column] ?? 0)));
  const targetMean = meanOf(targets);
  const normal = Matrix.zeros(width, width);
  const right = Matrix.zeros(width, 1);
  rows.forEach((row, index) => {
    const weight = weights[index] ?? 0;
    const centred = row.map((value, column) => value - (means[column] ?? 0));
    const target = (targets[index] ?? 0) - targetMean;
    for (let i = 0; i < width; i += 1) {
      const left = weight * (centred[i] ?? 0);
      if (left === 0) continue;
      right.set(i, 0, right.get(i, 0) + left * target);
      for (let j = 0; j <= i; j += 1) normal.set(i, j, normal.get(i, j) + left * (centred[j] ?? 0));
    }
  });
  for (let i = 0; i < width; i += 1) {
    normal.set(i, i, normal.get(i, i) + penalty);
    for (let j = 0; j < i; j += 1) normal.set(j, i, normal.get(i, j));
  }
  const coefficients = width === 0 ? [] : solveSymmetric(normal, right);
  const intercept = targetMean - sum(coefficients.map((value, column) => value * (means[column] ?? 0)));
  const residual = sum(
    rows.map((row, index) => {
      const predicted = intercept + sum(row.map((value, column) => value * (coefficients[column] ?? 0)));
      return (weights[index] ?? 0) * ((targets[index] ?? 0) - predicted) ** 2;
    }),
  );
  const spread = sum(targets.map((target, index) => (weights[index] ?? 0) * (target - targetMean) ** 2));
  return { coefficients, intercept, fidelity: spread < 1e-12 * totalWeight ? 1 : 1 - residual / spread };
}

/** Cholesky where it can be; else by singular values, for samples that do not tell all features apart. */
export function solveSymmetric(matrix: Matrix, right: Matrix): number[] {
  const cholesky = new CholeskyDecomposition(matrix);
  return (cholesky.isPositiveDefinite() ? cholesky.solve(right) : solve(matrix, right, true)).to1DArray();
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
