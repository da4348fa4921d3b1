import {
  classPredictionsOf,
  decodeMask,
  explanationNoticeOf,
  explanationOf,
  topWords,
} from "../../../packages/client/src/explanations/explanation.ts";
import {
  isImageExplanation,
  isPlatformExplanation,
  isTabularExplanation,
  isTextExplanation,
} from "../../../packages/client/src/explanations/known-forms.ts";
import { explanationFacts } from "../../../packages/client/src/explanations/explanation-facts.ts";
import { MillraceError } from "../../../packages/client/src/errors.ts";
import { jsonWords, parseOrUndefined } from "../json-words.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

const made = {
  method: "lime",
  class: "a",
  baseValue: 0.1,
  samples: 9,
  seed: 0,
  fidelity: 0.4,
  additivityResidual: null,
  isPartial: true,
};
const result = (explanation: object) =>
  JSON.stringify({
    "results.json": { data: { explanation, result: { classPredictions: [{ class: "a", score: 1 }] } } },
  });

/** The explanation in a result of any model: of a known form, which can be shown, or of none. */
export const target: FuzzTarget = {
  seeds: [
    result({ wordImportance: [{ word: "w", start: 0, end: 1, score: 0.5 }], ...made }),
    result({ maskRLE: [[1, 3]], dimensions: { width: 2, height: 2 }, heatMap: [[0.1]], ...made, otherClasses: [] }),
    result({
      featureImportance: [{ feature: "f", condition: "c", score: 1 }],
      ...made,
      missingShare: 0.5,
      notice: "n",
    }),
  ],
  dictionary: [...jsonWords, '"maskRLE":', '"dimensions":', '"wordImportance":', '"heatMap":', '"otherClasses":'],
  run(data) {
    const entry = parseOrUndefined(data.toString("utf8")) as Parameters<typeof explanationOf>[0];
    if (typeof entry !== "object" || entry === null) return;
    explanationNoticeOf(entry);
    const scores = classPredictionsOf(entry) ?? [];
    holds(
      scores.every(({ score }) => typeof score === "number"),
      "scores are numbers",
    );
    const explanation = explanationOf(entry);
    isTabularExplanation(explanation);
    if (isTextExplanation(explanation)) holds(topWords(explanation, 3).length <= 3, "no more words than wanted");
    if (isPlatformExplanation(explanation)) holds(explanationFacts(explanation).facts.length > 0, "there are facts");
    if (!isImageExplanation(explanation) || explanation.dimensions.width * explanation.dimensions.height > 2 ** 20)
      return;
    const mask = throwsOnly([MillraceError], () => decodeMask(explanation));
    holds(mask === undefined || mask.data.length === mask.width * mask.height, "a mask fits its picture");
  },
};
