import type { AskModel } from "./ask-model.js";
import {
  askCoalitions,
  canAskAll,
  countKept,
  fewerThanFeatures,
  keyOf,
  type Attributions,
  type HidingInput,
  type Sample,
  type SamplingOptions,
} from "./coalition.js";
import { ExplanationError } from "./explanation-error.js";
import { fitLinear } from "./linear-surrogate.js";
import { binomial, createShuffler, randomInteger } from "./seeded-random.js";

// Kernel width of the authors' package, for texts and images.
const kernelWidth = 0.25;
// What the package's penalty of 1 is for its 5,000 samples, whatever their number and weight are here.
const ridge = 0.002;

/**
 * LIME: a linear model fitted to the scores of changed inputs, near ones weighing more. Ribeiro, Singh and Guestrin, "Why Should I
 * Trust You?" (KDD 2016), section 3.4; how inputs are sampled and weighed is that of the authors' package `lime` 0.2: the number of
 * hidden features is uniform from 1 to all, the distance is the cosine to the whole input, the kernel exp(-d² / width²) under a root.
 *
 * A combination drawn again gets more weight instead of another model call. If there are at most `samples` combinations in all, each
 * is run once and weighted by its probability of being drawn.
 *
 * @throws ExplanationError when the model answers for too little.
 */
export async function explainByLime(
  input: HidingInput,
  ask: AskModel,
  options: SamplingOptions,
): Promise<Attributions> {
  const { size } = input;
  const all = canAskAll(size, options.samples);
  const { answers, isPartial } = await askCoalitions(
    ask,
    input,
    all ? everyCoalition(size, options.samples) : drawCoalitions(size, options),
  );
  const found = answers.filter(({ scores }) => scores !== undefined);
  if (found.length < 2)
    throw new ExplanationError(
      "The model answered for none of the perturbed inputs, so nothing can be said about their parts.",
    );
  const coalitions = found.map(({ change }) => change.coalition);
  const weights = Float64Array.from(found, ({ change }) => {
    const distance = 1 - Math.sqrt(countKept(change.coalition) / size);
    return change.weight * Math.sqrt(Math.exp(-(distance ** 2) / kernelWidth ** 2));
  });
  const targets = Array.from({ length: found[0]?.scores?.length ?? 0 }, (_, index) =>
    Float64Array.from(found, ({ scores }) => scores?.[index] ?? 0),
  );
  const isExhaustive = all && found.length === 2 ** size;
  const fits = fitLinear(size, coalitions, weights, targets, ridge, isExhaustive);
  return {
    classes: fits.map(({ coefficients, intercept, fidelity }) => ({
      scores: coefficients,
      baseValue: intercept,
      fidelity,
      addsUp: false,
    })),
    samples: found.length,
    isPartial,
    notices: found.length <= size && !isExhaustive ? [fewerThanFeatures(found.length, size)] : [],
  };
}

function* everyCoalition(size: number, samples: number): Generator<Sample> {
  for (let bits = 2 ** size - 1; bits >= 0; bits -= 1) {
    const coalition = Uint8Array.from({ length: size }, (_, feature) => (bits >> feature) & 1);
    const kept = countKept(coalition);
    yield { coalition, weight: kept === size ? 1 : (samples - 1) / (size * binomial(size, kept)) };
  }
}

function* drawCoalitions(size: number, { samples, random }: SamplingOptions): Generator<Sample> {
  yield { coalition: new Uint8Array(size).fill(1), weight: 1 };
  const shuffle = createShuffler(random, size);
  const known = new Map<string, Sample>();
  for (let drawn = 1; drawn < samples; drawn += 1) {
    const coalition = new Uint8Array(size).fill(1);
    for (const hidden of shuffle(1 + randomInteger(random, size))) coalition[hidden] = 0;
    const key = keyOf(coalition);
    const before = known.get(key);
    if (before !== undefined) before.weight += 1;
    else {
      const sample = { coalition, weight: 1 };
      known.set(key, sample);
      yield sample;
    }
  }
}
