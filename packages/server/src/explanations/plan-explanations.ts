import type { ExplanationOptions } from "@millrace/contract";
import { MillraceError } from "../errors/millrace-error.js";
import type { RunnableVersion } from "../models/runnable-version.js";
import { explainableOf } from "../models/explainable.js";

/**
 * Checks whether the explanations requested in a submission are possible.
 *
 * @returns why the job will have no explanations; null if it will have them.
 * @throws MillraceError `invalid_request` for a method that does not support the model's input type.
 */
export function planExplanations(model: RunnableVersion, { method }: ExplanationOptions): string | null {
  const { name, version, manifest } = model;
  const explainable = explainableOf(manifest);
  if (explainable === undefined) {
    if (manifest.explanationFormat !== null) return null;
    return `${name} ${version} returns no explanations, and the platform can explain only class scores for a text, an image or a table row: the job runs without explanations.`;
  }
  if (method !== undefined && !explainable.methods.includes(method))
    throw new MillraceError(
      "invalid_request",
      `explanation.method is not valid: found ${JSON.stringify(method)}, expected one of ${explainable.methods.join(", ")} for ${name} ${version}, whose input is ${explainable.kind}.`,
    );
  return null;
}
