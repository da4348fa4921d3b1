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
import { fitLinear, sum } from "./linear-surrogate.js";
import { chooseDistinct, randomInteger } from "./seeded-random.js";

// Kernel width and ridge penalty of the authors' package, for texts and images.
const kernelWidth = 0.25;
const penalty = 1;

/**
 * LIME: a linear model fitted to the scores of changed inputs, near ones weighing more. Ribeiro, Singh and Guestrin, "Why Should I
 * Trust You?" (KDD 2016), section 3.4; how inputs are sampled and weighed is that of the authors' package `lime` 0.2: the number of
 * hidden features is uniform from 1 to all, the distance is the cosine to the whole input, the kernel exp(-d² / width²) under a root.
 *
 * @throws ExplanationError when the model answers neither for the whole input nor for the empty one.
 */
export async function explainByLime(
  input: HidingInput,
  ask: AskModel,
  { samples, random }: SamplingOptions,
): Promise<Attributions> {
  const { size } = input;
  const coalitions: Coalition[] = [full(size), empty(size)];
  while (coalitions.length < samples) {
    const hidden = new Set(chooseDistinct(random, 1 + randomInteger(random, size), size));
    coalitions.push(Array.from({ length: size }, (_, feature) => (hidden.has(feature) ? 0 : 1)));
  }
  const found = await askCoalitions(ask, input, coalitions);
  const weights = found.coalitions.map((coalition) => {
    const distance = 1 - Math.sqrt(sum(coalition) / size);
    return Math.sqrt(Math.exp(-(distance ** 2) / kernelWidth ** 2));
  });
  const classCount = found.scores[0]?.length ?? 0;
  return {
    classes: Array.from({ length: classCount }, (_, index) => {
      const targets = found.scores.map((scores) => scores[index] ?? 0);
      const { coefficients, intercept, fidelity } = fitLinear(found.coalitions, targets, weights, penalty);
      return { scores: coefficients, baseValue: intercept, fidelity, additivityResidual: null };
    }),
    samples: found.coalitions.length,
    isPartial: found.isPartial,
  };
}
