import type { ModelManifest } from "../manifest/manifest.js";

/** What a sample answered. */
export interface SampleAnswer {
  /** Output name -> its JSON. */
  readonly answers: Readonly<Record<string, unknown>>;
  readonly notices: readonly string[];
}

/**
 * What looks like a mistake in model.yaml, seen from what the samples answered; each a sentence that says what to do. Notices of the runner count only
 * when every sample has them.
 */
export function warningsOf({ resultsFormat }: ModelManifest, samples: ReadonlyMap<string, SampleAnswer>): string[] {
  const all = [...samples.values()];
  const warnings = (all[0]?.notices ?? []).filter((notice) => all.every(({ notices }) => notices.includes(notice)));
  const classes = new Map([...samples].map(([name, { answers }]) => [name, classesOf(answers)]));
  if (resultsFormat === null && hasClassScores(all))
    warnings.push(
      "The samples' answers have class scores (data.result.classPredictions), but model.yaml does not say so: set features.resultsFormat: classification.",
    );
  for (const [name, named] of classes) {
    const twice = named?.find((one, index) => named.indexOf(one) !== index);
    if (twice === undefined) continue;
    warnings.push(
      `The answer to the sample ${JSON.stringify(name)} names the class ${JSON.stringify(twice)} more than once, so that class cannot be explained: give each class a name of its own.`,
    );
    break;
  }
  return warnings;
}

/** Whether every sample answered class scores. */
export function hasClassScores(samples: Iterable<Pick<SampleAnswer, "answers">>): boolean {
  const all = [...samples];
  return all.length > 0 && all.every(({ answers }) => classesOf(answers) !== undefined);
}

/** The classes of `{"data": {"result": {"classPredictions": [{"class", "score"}]}}}` in one of the outputs. */
function classesOf(answers: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  for (const answer of Object.values(answers)) {
    const body = answer as { data?: { result?: { classPredictions?: unknown } | null } | null } | null | undefined;
    const predictions: unknown = body?.data?.result?.classPredictions;
    if (Array.isArray(predictions) && predictions.length > 0 && predictions.every(isPrediction))
      return predictions.map((prediction) => prediction.class);
  }
  return undefined;
}

function isPrediction(value: unknown): value is { class: string; score: number } {
  const { class: name, score } = (value ?? {}) as { class?: unknown; score?: unknown };
  return typeof name === "string" && typeof score === "number";
}
