import { Matrix } from "ml-matrix";
import type { AskModel } from "./ask-model.js";
import {
  askCoalitions,
  empty,
  full,
  type Attributions,
  type Coalition,
  type HidingInput,
  type SamplingOptions,
} from "./coalition.js";
import { solveSymmetric, sum } from "./linear-surrogate.js";
import { chooseDistinct } from "./seeded-random.js";

/**
 * Kernel SHAP: Shapley values as the solution of a weighted regression. Lundberg and Lee, "A Unified Approach to Interpreting Model
 * Predictions" (NeurIPS 2017), theorem 2. Coalitions are sampled with their complements, as Covert and Lee, "Improving KernelSHAP"
 * (AISTATS 2021), section 4, found to lower the variance; sizes are drawn by their weight in the Shapley kernel, so that each sample
 * then weighs the same. The values are made to add up to the score minus the base value by solving under that constraint. Where all
 * coalitions are no more than `samples`, all are asked and the values are exact.
 *
 * @throws ExplanationError when the model answers neither for the whole input nor for the empty one.
 */
export async function explainByKernelShap(
  input: HidingInput,
  ask: AskModel,
  options: SamplingOptions,
): Promise<Attributions> {
  const { size } = input;
  const plan = size <= 20 && 2 ** size <= options.samples ? allCoalitions(size) : sampleCoalitions(size, options);
  const found = await askCoalitions(ask, input, [full(size), empty(size), ...plan.coalitions]);
  const weights = found.places.map((place) => (place < 2 ? 0 : (plan.weights[place - 2] ?? 0)));
  const [whole = [], none = []] = found.scores;
  return {
    classes: whole.map((score, index) => {
      const base = none[index] ?? 0;
      const targets = found.scores.map((scores) => scores[index] ?? 0);
      const scores = solveConstrained(size, found.coalitions, targets, weights, base, score - base);
      return {
        scores,
        baseValue: base,
        fidelity: fidelityOf(found.coalitions, targets, weights, scores, base),
        additivityResidual: score - base - sum(scores),
      };
    }),
    samples: found.coalitions.length,
    isPartial: found.isPartial,
  };
}

interface Plan {
  readonly coalitions: readonly Coalition[];
  readonly weights: readonly number[];
}

/** The Shapley kernel of one coalition of `kept` features. */
function kernel(size: number, kept: number): number {
  return (size - 1) / (binomial(size, kept) * kept * (size - kept));
}

function allCoalitions(size: number): Plan {
  const coalitions: Coalition[] = [];
  const weights: number[] = [];
  for (let bits = 1; bits < 2 ** size - 1; bits += 1) {
    const coalition = Array.from({ length: size }, (_, feature) => (((bits >> feature) & 1) === 1 ? 1 : 0));
    coalitions.push(coalition);
    weights.push(kernel(size, sum(coalition)));
  }
  return { coalitions, weights };
}

function sampleCoalitions(size: number, { samples, random }: SamplingOptions): Plan {
  // All coalitions of one size together weigh (size - 1) / (kept (size - kept)).
  const sizeWeights = Array.from(
    { length: Math.max(1, size - 1) },
    (_, index) => 1 / ((index + 1) * (size - index - 1)),
  );
  const total = sum(sizeWeights);
  const coalitions: Coalition[] = [];
  while (coalitions.length + 2 <= samples - 2) {
    let left = random() * total;
    let kept = 0;
    do left -= sizeWeights[kept++] ?? total;
    while (left > 0 && kept < size - 1);
    const chosen = new Set(chooseDistinct(random, kept, size));
    const coalition = Array.from({ length: size }, (_, feature): 0 | 1 => (chosen.has(feature) ? 1 : 0));
    coalitions.push(
      coalition,
      coalition.map((one): 0 | 1 => (one === 1 ? 0 : 1)),
    );
  }
  return { coalitions, weights: coalitions.map(() => 1) };
}

/**
 * Least squares under the constraint that the values add up to `total`, with a Lagrange multiplier (Covert and Lee, equation 7). A
 * ridge too small to be seen in the values decides between those that too few samples cannot tell apart.
 */
function solveConstrained(
  size: number,
  coalitions: readonly Coalition[],
  scores: readonly number[],
  weights: readonly number[],
  base: number,
  total: number,
): number[] {
  const normal = Matrix.zeros(size, size);
  const right = Array.from({ length: size }, () => 0);
  coalitions.forEach((coalition, index) => {
    const weight = weights[index] ?? 0;
    if (weight === 0) return;
    const kept = coalition.flatMap((one, feature) => (one === 1 ? [feature] : []));
    for (const i of kept) {
      right[i] = (right[i] ?? 0) + weight * ((scores[index] ?? 0) - base);
      for (const j of kept) normal.set(i, j, normal.get(i, j) + weight);
    }
  });
  const ridge = 1e-9 * (normal.trace() / size || 1);
  for (let i = 0; i < size; i += 1) normal.set(i, i, normal.get(i, i) + ridge);
  const free = solveSymmetric(normal, Matrix.columnVector(right));
  const ones = solveSymmetric(normal, Matrix.ones(size, 1));
  const multiplier = (sum(free) - total) / sum(ones);
  return free.map((value, feature) => value - multiplier * (ones[feature] ?? 0));
}

function fidelityOf(
  coalitions: readonly Coalition[],
  scores: readonly number[],
  weights: readonly number[],
  values: readonly number[],
  base: number,
): number {
  const totalWeight = sum(weights);
  if (totalWeight === 0) return 1;
  const mean = sum(scores.map((score, index) => score * (weights[index] ?? 0))) / totalWeight;
  const spread = sum(scores.map((score, index) => (weights[index] ?? 0) * (score - mean) ** 2));
  const residual = sum(
    coalitions.map((coalition, index) => {
      const predicted = base + sum(coalition.map((one, feature) => one * (values[feature] ?? 0)));
      return (weights[index] ?? 0) * ((scores[index] ?? 0) - predicted) ** 2;
    }),
  );
  return spread < 1e-12 * totalWeight ? 1 : 1 - residual / spread;
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let index = 1; index <= Math.min(k, n - k); index += 1) value = (value * (n - index + 1)) / index;
  return value;
}
