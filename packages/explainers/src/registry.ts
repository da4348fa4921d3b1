import type { ExplanationMethod } from "@millrace/contract";
import type { AskModel } from "./ask-model.js";
import type { Attributions, HidingInput, SamplingOptions } from "./coalition.js";
import { explainByKernelShap } from "./kernel-shap.js";
import { explainByLime } from "./lime.js";
import { explainByRise, type ExplainPixels } from "./rise.js";

/** Explains an input by its features: words, superpixels or columns, each of which can be hidden. */
export type ExplainFeatures = (input: HidingInput, ask: AskModel, options: SamplingOptions) => Promise<Attributions>;

/** One method: of features, for every kind of input, or of pixels, for images alone. */
export type Explainer = { readonly ofFeatures: ExplainFeatures } | { readonly ofPixels: ExplainPixels };

/** The algorithm of every method. Which kinds of input each explains is in `explanationKinds` of the contract. */
export const explainers: Readonly<Record<ExplanationMethod, Explainer>> = {
  lime: { ofFeatures: explainByLime },
  "kernel-shap": { ofFeatures: explainByKernelShap },
  rise: { ofPixels: explainByRise },
};
