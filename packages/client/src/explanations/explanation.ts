import type { ClassPrediction, ImageExplanation, InputResult, TextExplanation, WordImportance } from "../contract.js";
import { MillraceError } from "../errors.js";
import { isNumber, isObject } from "./known-forms.js";

/**
 * The explanation in one result.
 *
 * @returns undefined when there is none; explanations of a model's own form are returned as they are.
 *
 * @example
 * const { results } = await client.results.get(job);
 * const explanation = explanationOf(results["my-input"]);
 * if (isTextExplanation(explanation)) console.log(topWords(explanation));
 */
export function explanationOf(result: InputResult | undefined): unknown {
  return firstOf(result, ({ explanation }) => explanation ?? undefined);
}

/**
 * Why an input of an explained job has no explanation, in a sentence.
 *
 * @returns undefined when nothing was said.
 */
export function explanationNoticeOf(result: InputResult | undefined): string | undefined {
  return firstOf(result, ({ explanationNotice }) =>
    typeof explanationNotice === "string" ? explanationNotice : undefined,
  );
}

/**
 * The class scores in one result, the first of them the answer.
 *
 * @returns undefined for models that answer something else.
 */
export function classPredictionsOf(result: InputResult | undefined): readonly ClassPrediction[] | undefined {
  return firstOf(result, ({ result: answer }) => {
    const found = isObject(answer) ? answer["classPredictions"] : undefined;
    return Array.isArray(found) && found.every(isClassPrediction) ? found : undefined;
  });
}

/**
 * The words that matter most, for or against the class.
 *
 * @param count how many, 10 by default.
 *
 * @example
 * topWords(explanation, 2)  // [{ word: "awful", start: 44, end: 49, score: -0.61 }, { word: "lovely", ... }]
 */
export function topWords(explanation: Pick<TextExplanation, "wordImportance">, count = 10): WordImportance[] {
  return [...explanation.wordImportance].sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, count);
}

/** A decoded mask: row by row, 1 inside and 0 outside. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Decodes one mask of an image's explanation, whose runs go column by column and begin with pixels outside.
 *
 * @param index which of the masks, 0 by default.
 * @throws MillraceError when there is no such mask, or its runs are not as many as the pixels.
 */
export function decodeMask({ maskRLE, dimensions }: Pick<ImageExplanation, "maskRLE" | "dimensions">, index = 0): Mask {
  const { width, height } = dimensions;
  const runs = maskRLE[index];
  if (runs === undefined) throw new MillraceError(`There is no mask ${index}: the explanation has ${maskRLE.length}.`);
  const total = runs.reduce((sum, length) => sum + length, 0);
  if (total !== width * height)
    throw new MillraceError(
      `The runs of mask ${index} add up to ${total} pixels, but the image has ${width} x ${height} = ${width * height}.`,
    );
  const data = new Uint8Array(width * height);
  let place = 0;
  for (const [run, length] of runs.entries()) {
    const end = place + length;
    if (run % 2 === 0) place = end;
    for (; place < end; place += 1) data[(place % height) * width + Math.floor(place / height)] = 1;
  }
  return { width, height, data };
}

/** Searches every JSON output, because models choose the names. */
function firstOf<Found>(
  result: InputResult | undefined,
  find: (data: Readonly<Record<string, unknown>>) => Found | undefined,
): Found | undefined {
  for (const output of Object.values(result ?? {})) {
    const data = isObject(output) ? output["data"] : undefined;
    const found = isObject(data) ? find(data) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isClassPrediction(value: unknown): value is ClassPrediction {
  return isObject(value) && typeof value["class"] === "string" && isNumber(value["score"]);
}
