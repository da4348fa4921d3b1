import Type, { type Static } from "typebox";

/** One class that a classifier considered, with its score from 0 to 1. */
export const ClassPrediction = Type.Object({ class: Type.String(), score: Type.Number() });
export type ClassPrediction = Static<typeof ClassPrediction>;

/** The body of a classifier's `results.json`: the most probable class first. */
export const ClassificationOutput = Type.Object({
  data: Type.Object({
    result: Type.Object({ classPredictions: Type.Array(ClassPrediction) }),
    explanation: Type.Unknown({ description: "null if not requested or not available." }),
    drift: Type.Unknown(),
  }),
});
export type ClassificationOutput = Static<typeof ClassificationOutput>;
