export type { Answers, AskModel, ClassScores, DataItems, ModelAnswer, RunModel } from "./ask-model.js";
export {
  ExplanationError,
  type Attribution,
  type Attributions,
  type Coalition,
  type HidingInput,
  type SamplingOptions,
} from "./coalition.js";
export { explainInput, type ExplainedInput, type ExplainRequest } from "./explain-input.js";
export type { Background, Row } from "./explain-tabular.js";
export { explainers, type Explainer, type ExplainFeatures } from "./registry.js";
export type { OpenPicture } from "./picture.js";
export type { ExplainPixels, Saliency, SoftMask } from "./rise.js";
export { createSeededRandom } from "./seeded-random.js";
export { findWords, withoutWords, type Word } from "./words.js";
