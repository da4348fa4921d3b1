import { Matrix } from "ml-matrix";
import type { AskModel } from "./ask-model.js";
import {
  askCoalitions,
  canAskAll,
  fewerThanFeatures,
  keyOf,
  type Attributions,
  type Coalition,
  type HidingInput,
  type Sample,
  type SamplingOptions,
} from "./coalition.js";
import { ExplanationError } from "./explanation-error.js";
import { fidelityOf } from "./fidelity.js";
import { solveSymmetric, spreadOf, sum, sumCoalitions, weightedSum } from "./linear-surrogate.js";
import { binomial, createShuffler } from "./seeded-random.js";

/**
 * Kernel SHAP: Shapley values as the solution of a weighted regression. Lundberg and Lee, "A Unified Approach to Interpreting Model
 * Predictions" (NeurIPS 2017), theorem 2. As in the authors' package `shap`, the smallest and largest coalitions, which weigh most, are asked
 * about completely as long as the samples last; the others are sampled by their weight, each with its complement, which Covert and
 * Lee, "Improving KernelSHAP" (AISTATS 2021), section 4, found to lower the variance. No coalition is run twice. The values are
 * made to add up to the score minus the base value by solving under that constraint. If there are at most `samples` coalitions,
 * the values are exact.
 *
 * @throws ExplanationError when the model answers neither for the whole input nor for the empty one.
 */
export async function explainByKernelShap(
  input: HidingInput,
  ask: AskModel,
  { samples, random }: SamplingOptions,
): Promise<Attributions> {
  const { size } = input;
  const notices: string[] = [];
  const ends = await askEnds(input, ask, notices);
  // A placeholder took one of them.
  const budget = samples - notices.length;
  const all = canAskAll(size, budget);
  const { answers, isPartial } = await askCoalitions(ask, input, planCoalitions(size, budget - 2, all, random));
  const found = answers.filter(({ scores }) => scores !== undefined);
  const coalitions = found.map(({ change }) => change.coalition);
  const weights = weigh(found.map(({ change }) => change));
  const isExhaustive = all && found.length === 2 ** size - 2;
  const targets = ends.whole.map((_, index) => Float64Array.from(found, ({ scores }) => scores?.[index] ?? 0));
  const values = solveConstrained(size, coalitions, weights, targets, ends);
  return {
    classes: values.map((scores, index) => {
      const base = ends.none[index] ?? 0;
      const mean = weightedSum(targets[index] ?? [], weights) / sum(weights);
      const { residual, spread } = spreadOf(
        coalitions,
        weights,
        targets[index] ?? new Float64Array(),
        mean,
        base,
        scores,
      );
      // One of the values follows from the others.
      const fit = { residual, spread, weights, parameters: size - 1, isExhaustive };
      // With one feature there are no partial coalitions: the two values say it all.
      const fidelity = size > 1 ? fidelityOf(fit) : ends.whole[index] === base ? null : 1;
      return { scores, baseValue: base, fidelity, addsUp: true };
    }),
    samples: found.length + 2,
    isPartial,
    notices: found.length < size && !isExhaustive ? [...notices, fewerThanFeatures(found.length + 2, size)] : notices,
  };
}

interface Ends {
  readonly whole: readonly number[];
  readonly none: readonly number[];
}

async function askEnds(input: HidingInput, ask: AskModel, notices: string[]): Promise<Ends> {
  const { size, placeholder } = input;
  const samples = [new Uint8Array(size).fill(1), new Uint8Array(size)].map((coalition) => ({ coalition, weight: 0 }));
  const { answers } = await askCoalitions(ask, input, samples);
  const whole = answers[0]?.scores;
  if (whole === undefined) throw new ExplanationError("The model failed when it was run again on the unchanged input.");
  let none = answers[1]?.scores;
  if (none === undefined && placeholder !== undefined) {
    none = (await ask([placeholder.items], (items) => [items])).answers[0]?.scores;
    notices.push(`The model refused the input with everything hidden: ${placeholder.name} was used in its place.`);
  }
  if (none === undefined)
    throw new ExplanationError(
      "The model refused the input with everything hidden, which Kernel SHAP needs as its baseline: use lime (explanation.method).",
    );
  return { whole, none };
}

/** A coalition with what it weighs by itself; or, where it was sampled, how often, and what all that were sampled weigh together. */
interface Planned extends Sample {
  readonly sampledTotal?: number;
}

function* planCoalitions(size: number, count: number, all: boolean, random: () => number): Generator<Planned> {
  // Sizes in pairs of k and size - k. All coalitions of one size together weigh (size - 1) / (k (size - k)).
  const pairs = Array.from({ length: Math.floor(size / 2) }, (_, index) => {
    const kept = index + 1;
    const sides = kept * 2 === size ? 1 : 2;
    return { kept, coalitions: sides * binomial(size, kept), weight: (sides * (size - 1)) / (kept * (size - kept)) };
  });
  let left = count;
  let first = 0;
  for (const { kept, coalitions, weight } of pairs) {
    const rest = pairs.slice(first).reduce((total, pair) => total + pair.weight, 0);
    if (!all && (left * weight) / rest < coalitions - 1e-8) break;
    for (const coalition of chooseAll(size, kept)) {
      yield { coalition, weight: weight / coalitions };
      if (kept * 2 !== size) yield { coalition: complementOf(coalition), weight: weight / coalitions };
    }
    left -= coalitions;
    first += 1;
  }
  const sampled = pairs.slice(first);
  const sampledTotal = sampled.reduce((total, { weight }) => total + weight, 0);
  const shuffle = createShuffler(random, size);
  const known = new Map<string, Planned>();
  for (let draws = 4 * left; sampled.length > 0 && left > 0 && draws > 0; draws -= 1) {
    let at = random() * sampledTotal;
    const { kept } = sampled.find(({ weight }) => (at -= weight) < 0) ?? { kept: size >> 1 };
    const coalition = new Uint8Array(size);
    for (const feature of shuffle(kept)) coalition[feature] = 1;
    for (const one of [coalition, complementOf(coalition)]) {
      const key = keyOf(one);
      const before = known.get(key);
      if (before !== undefined) before.weight += 1;
      else if (left > 0) {
        left -= 1;
        const sample = { coalition: one, weight: 1, sampledTotal };
        known.set(key, sample);
        yield sample;
      }
    }
  }
}

/** All coalitions that keep so many features. */
function* chooseAll(size: number, kept: number): Generator<Coalition> {
  const chosen = Array.from({ length: kept }, (_, index) => index);
  for (;;) {
    const coalition = new Uint8Array(size);
    for (const feature of chosen) coalition[feature] = 1;
    yield coalition;
    let at = kept - 1;
    while (at >= 0 && chosen[at] === size - kept + at) at -= 1;
    if (at < 0) return;
    chosen[at] = (chosen[at] ?? 0) + 1;
    for (let next = at + 1; next < kept; next += 1) chosen[next] = (chosen[next - 1] ?? 0) + 1;
  }
}

function complementOf(coalition: Coalition): Coalition {
  return coalition.map((kept) => 1 - kept);
}

/** Those that were sampled weigh together what all weigh that could have been. */
function weigh(samples: readonly Planned[]): Float64Array {
  const counted = samples.reduce(
    (total, { weight, sampledTotal }) => total + (sampledTotal === undefined ? 0 : weight),
    0,
  );
  return Float64Array.from(samples, ({ weight, sampledTotal }) =>
    sampledTotal === undefined ? weight : (weight * sampledTotal) / counted,
  );
}

/**
 * Least squares under the constraint that the values add up to the score minus the base, with a Lagrange multiplier (Covert and Lee, equation
 * 7). A ridge too small to affect the values decides between features that too few samples cannot distinguish.
 */
function solveConstrained(
  size: number,
  coalitions: readonly Coalition[],
  weights: Float64Array,
  targets: readonly Float64Array[],
  { whole, none }: Ends,
): number[][] {
  const above = targets.map((values, index) => values.map((value) => value - (none[index] ?? 0)));
  const sums = sumCoalitions(size, coalitions, weights, above);
  const normal = Matrix.from1DArray(size, size, sums.pairs);
  const ridge = 1e-9 * (normal.trace() / size || 1);
  for (let i = 0; i < size; i += 1) normal.set(i, i, normal.get(i, i) + ridge);
  const right = new Matrix(size, targets.length + 1);
  sums.targets.forEach((values, target) => right.setColumn(target, Array.from(values)));
  right.setColumn(
    targets.length,
    Array.from({ length: size }, () => 1),
  );
  const solution = solveSymmetric(normal, right);
  const ones = solution.getColumn(targets.length);
  return targets.map((_, target) => {
    const free = solution.getColumn(target);
    const multiplier = (sum(free) - ((whole[target] ?? 0) - (none[target] ?? 0))) / sum(ones);
    return free.map((value, feature) => value - multiplier * (ones[feature] ?? 0));
  });
}
