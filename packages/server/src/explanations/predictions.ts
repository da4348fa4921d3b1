import { decodeText, type ClassPrediction } from "@millrace/contract";
import type { ModelAnswer } from "@millrace/explainers";
import { isJsonMediaType, type Output, type RunOutcome } from "@millrace/runners";

/** A classifier's answer: the parsed body of one of its outputs, and the classes in it. */
export interface Predictions {
  readonly outputName: string;
  readonly body: { data: { explanation?: unknown; [field: string]: unknown }; [field: string]: unknown };
  /** Most probable class first. */
  readonly predictions: readonly ClassPrediction[];
}

// The output that clients read first.
const mainOutput = "results.json";

/** The part of a run that an explainer reads: parsed on access, while the next batch runs. */
export function toModelAnswer(outcome: RunOutcome): ModelAnswer {
  return {
    get predictions() {
      return outcome.succeeded ? findPredictions(outcome.outputs)?.predictions : undefined;
    },
  };
}

/** Finds the class scores among a model's outputs, preferring results.json; undefined if there are none. */
export function readPredictions(outputs: Readonly<Record<string, Output>>): Predictions | undefined {
  const found = findPredictions(outputs);
  return found && { ...found, predictions: [...found.predictions].sort((a, b) => b.score - a.score) };
}

/** Like {@link readPredictions}, with the classes in the model's order. */
function findPredictions(outputs: Readonly<Record<string, Output>>): Predictions | undefined {
  const main = Object.hasOwn(outputs, mainOutput) ? readOutput(mainOutput, outputs[mainOutput]) : undefined;
  if (main !== undefined) return main;
  for (const [outputName, output] of Object.entries(outputs)) {
    const found = outputName === mainOutput ? undefined : readOutput(outputName, output);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readOutput(outputName: string, output: Output | undefined): Predictions | undefined {
  if (output === undefined || !isJsonMediaType(output.mediaType)) return undefined;
  const body = parseJson(output.bytes) as
    { data?: { result?: { classPredictions?: unknown } | null } | null } | null | undefined;
  const predictions = body?.data?.result?.classPredictions;
  if (!Array.isArray(predictions) || predictions.length === 0 || !predictions.every(isPrediction)) return undefined;
  return { outputName, body: body as Predictions["body"], predictions };
}

function isPrediction(value: unknown): value is ClassPrediction {
  const { class: name, score } = (value ?? {}) as Partial<ClassPrediction>;
  return typeof name === "string" && typeof score === "number" && Number.isFinite(score);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(bytes));
  } catch {
    return undefined;
  }
}
