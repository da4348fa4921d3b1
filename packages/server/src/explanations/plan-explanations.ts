import type { ExplanationOptions } from "@millrace/contract";
import { MillraceError } from "../errors/millrace-error.js";
import type { RunnableVersion } from "../models/runnable-version.js";
import { explainableOf, explainableScoresOf } from "../models/explainable.js";

/**
 * Checks whether the explanations requested in a submission are possible.
 *
 * @returns why the job may have no explanations; null if it will have them.
 * @throws MillraceError `invalid_request` for a method that does not support the model's input type.
 */
export function planExplanations(model: RunnableVersion, { method }: ExplanationOptions): string | null {
  const { name, version, manifest } = model;
  const isDeclared = explainableOf(manifest) !== undefined;
  const explainable = explainableScoresOf(manifest);
  if (!isDeclared && manifest.explanationFormat !== null) return null;
  if (explainable === undefined)
    return `${name} ${version} returns no explanations, and the platform can explain only class scores for a text, an image or a table row: the job runs without explanations.`;
  if (method !== undefined && !explainable.methods.includes(method))
    throw new MillraceError(
      "invalid_request",
      `explanation.method is not valid: found ${JSON.stringify(method)}, expected one of ${explainable.methods.join(", ")} for ${name} ${version}, whose input is ${explainable.kind}.`,
    );
  if (isDeclared) return null;
  const said = manifest.resultsFormat === null ? "is not set" : `is ${JSON.stringify(manifest.resultsFormat)}`;
  return `features.resultsFormat in the model.yaml of ${name} ${version} ${said}, so only those of its results are explained that have class scores (data.result.classPredictions). If all have them, set features.resultsFormat: classification.`;
}
