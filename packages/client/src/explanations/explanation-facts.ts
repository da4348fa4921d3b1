import type { Explanation } from "../contract.js";

// Below this, the linear model explains less than half of the model's behavior near the input.
const credibleFidelity = 0.5;

/** How an explanation was computed, and what to know before trusting it. */
export interface ExplanationFacts {
  /** Names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Sentences. */
  readonly warnings: readonly string[];
}

/**
 * What an explanation of the platform, or one of its `otherClasses`, says of itself.
 *
 * @example
 * const { facts, warnings } = explanationFacts(explanation);
 * console.log(facts.map(([name, value]) => `${name} ${value}`).join(", "), ...warnings);
 */
export function explanationFacts(made: Omit<Explanation, "otherClasses">): ExplanationFacts {
  const { fidelity, additivityResidual, modelCalls, missingShare = 0, notice } = made;
  const facts: [string, string][] = [
    ["samples", String(made.samples)],
    ...(modelCalls === undefined ? [] : [["model calls", String(modelCalls)] as [string, string]]),
    ["seed", String(made.seed)],
    ["score with everything hidden", made.baseValue.toFixed(3)],
    ...(fidelity === null ? [] : [["fidelity R²", fidelity.toFixed(3)] as [string, string]]),
    ...(additivityResidual === null
      ? []
      : [["additivity residual", additivityResidual.toExponential(1)] as [string, string]]),
  ];
  const warnings = [
    made.isPartial && "Partial: the time limit was reached before all samples were answered.",
    fidelity !== null &&
      fidelity < credibleFidelity &&
      `Fidelity is below ${credibleFidelity}: near the input the model does not behave like this explanation, so do not rely on it.`,
    missingShare > 0 &&
      `${(missingShare * 100).toFixed(0)} % of the model's answers did not name the class: its score was assumed to be the highest possible.`,
    notice,
  ];
  return { facts, warnings: warnings.filter((warning) => typeof warning === "string") };
}
