/**
 * How the platform explains each kind of input: by which methods, the default first, which is the winner of its table in docs/explanations.md; how often it asks the model by default; the name of
 * the importances in `data.explanation`. The one list of methods: types, schemas, validation, the SDK and the command line derive from it.
 * An algorithm for each is in `packages/explainers`.
 */
export const explanationKinds = {
  text: { methods: ["kernel-shap", "lime"], samples: 500, format: "wordImportance" },
  image: { methods: ["rise", "kernel-shap", "lime"], samples: 250, format: "maskRLE" },
  tabular: { methods: ["kernel-shap", "lime"], samples: 2_000, format: "featureImportance" },
} as const;

export type ExplanationKind = keyof typeof explanationKinds;
export type ExplanationMethod = (typeof explanationKinds)[ExplanationKind]["methods"][number];

/** Every method, whatever kinds of input it explains. */
export const explanationMethods: readonly ExplanationMethod[] = [
  ...new Set(Object.values(explanationKinds).flatMap<ExplanationMethod>(({ methods }) => methods)),
];
