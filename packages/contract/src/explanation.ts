import Type, { type Static } from "typebox";
import { bounds } from "./bounds.js";
import { explanationKinds, explanationMethods } from "./explanation-methods.js";

const byKind = (describe: (kind: (typeof explanationKinds)[keyof typeof explanationKinds]) => string) =>
  Object.entries(explanationKinds)
    .map(([name, kind]) => `${name}: ${describe(kind)}`)
    .join("; ");

/** What a submission may say about the explanations it wants. */
export const ExplanationOptions = Type.Object(
  {
    method: Type.Optional(
      Type.Enum([...explanationMethods], {
        description: `By kind of input, the default first: ${byKind(({ methods }) => methods.join(", "))}.`,
      }),
    ),
    samples: Type.Optional(
      Type.Integer({
        minimum: 16,
        maximum: 20_000,
        description: `How often the model is asked for each input, at most; by default, by kind of input: ${byKind(({ samples }) => String(samples))}.`,
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_147_483_647,
        description: "The same seed gives the same explanation; 0 by default.",
      }),
    ),
    classes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: bounds.name }), {
        minItems: 1,
        maxItems: 10,
        description: "The classes to explain; by default the most probable one of each input.",
      }),
    ),
    timeLimitMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3_600_000,
        description:
          "Time limit per input in milliseconds. When it is reached, the explanation uses the samples collected so far and is marked partial; 60,000 by default.",
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      "How to explain a model that returns no explanations of its own. Requests explanations, as `explain` does.",
  },
);
export type ExplanationOptions = Static<typeof ExplanationOptions>;

const made = {
  method: Type.Enum([...explanationMethods]),
  class: Type.String({ description: "The class that is explained." }),
  baseValue: Type.Number({ description: "The explanation's score with everything hidden." }),
  samples: Type.Integer({ description: "Distinct combinations of hidden parts that the model scored." }),
  modelCalls: Type.Optional(Type.Integer({ description: "Perturbed inputs that the model was run on." })),
  seed: Type.Integer(),
  fidelity: Type.Union([Type.Number(), Type.Null()], {
    description:
      "Adjusted R² of the explanation's linear model: 1 if the model behaves like it near this input, 0 or less if not at all; null for rise, if the score never changed, or if there were too few samples to tell.",
  }),
  additivityResidual: Type.Union([Type.Number(), Type.Null()], {
    description: "The result's score minus the base value and all importances: 0 if they add up. For kernel-shap only.",
  }),
  isPartial: Type.Boolean({ description: "Whether the time limit was reached before all samples were scored." }),
  missingShare: Type.Optional(
    Type.Number({
      description:
        "Share of the model's answers that did not name the class; its score was then assumed to be the highest possible. Absent if all answers did.",
    }),
  ),
};

const notice = Type.Optional(
  Type.String({
    description: "What to know before trusting the explanation; absent if there is nothing.",
  }),
);

/** How much a word speaks for the class, or, below 0, against it. */
export const WordImportance = Type.Object({
  word: Type.String(),
  index: Type.Integer({ description: "Of the word in the text, from 0; of a group, of its first word." }),
  start: Type.Integer({ description: "In UTF-16 code units from the start of the text." }),
  end: Type.Integer({ description: "The first code unit after the word." }),
  score: Type.Number(),
});
export type WordImportance = Static<typeof WordImportance>;

const text = {
  wordImportance: Type.Array(WordImportance, {
    description: "Every word, or every group of neighbouring words of a long text, in the order of the text.",
  }),
};
const image = {
  maskRLE: Type.Array(Type.Array(Type.Integer()), {
    description:
      "Masks of the pixels that support the class most, as run lengths, column by column; the first run is outside the mask.",
  }),
  dimensions: Type.Object(
    { height: Type.Integer(), width: Type.Integer() },
    { description: "Size of the original image in pixels, as displayed after its EXIF rotation." },
  ),
  heatMap: Type.Array(Type.Array(Type.Number()), {
    description: "Rows of cells that cover the image: how much each supports the class or, below 0, contradicts it.",
  }),
};
const tabular = {
  featureImportance: Type.Array(
    Type.Object({ feature: Type.String(), condition: Type.String(), score: Type.Number() }),
    { description: "Every column that could be hidden, the most important first." },
  ),
};

/** `data.explanation` of a text, made by the platform. Further explained classes are in `otherClasses`. */
export const TextExplanation = Type.Object({
  ...text,
  ...made,
  notice,
  otherClasses: Type.Optional(Type.Array(Type.Object({ ...text, ...made }))),
});
export type TextExplanation = Static<typeof TextExplanation>;

/** `data.explanation` of an image, made by the platform. */
export const ImageExplanation = Type.Object({
  ...image,
  ...made,
  notice,
  otherClasses: Type.Optional(Type.Array(Type.Object({ ...image, ...made }))),
});
export type ImageExplanation = Static<typeof ImageExplanation>;

/** `data.explanation` of a row of a table, made by the platform. */
export const TabularExplanation = Type.Object({
  ...tabular,
  ...made,
  notice,
  otherClasses: Type.Optional(Type.Array(Type.Object({ ...tabular, ...made }))),
});
export type TabularExplanation = Static<typeof TabularExplanation>;

/** An explanation computed by the platform. */
export type Explanation = TextExplanation | ImageExplanation | TabularExplanation;
