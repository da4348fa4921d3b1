import type { ModelOutputs } from "./output-tensor.js";
import type { PictureFrame } from "./picture-frame.js";

/** What of a prepared input is needed to understand the answer to it. */
export interface InputFacts {
  /** Where what the model saw is in the picture. */
  readonly frame?: PictureFrame;
  /** How many tokens the text has, without padding. */
  readonly tokenCount?: number;
  /** Whether padding comes before the tokens; false when not given. */
  readonly padsLeft?: boolean;
}

/** What the outputs mean for one input. */
export interface Meaning {
  /** What is answered as JSON. */
  readonly answer: object;
  /** What looks like a mistake in model.yaml, in a sentence. */
  readonly notice?: string | undefined;
}

/** What the outputs of a model mean. */
export interface Interpretation {
  /** The outputs that have to be computed. Undefined: all. */
  readonly needed?: readonly string[];
  /**
   * What the outputs of a run mean for each of its inputs, or an Error that fails this input alone.
   *
   * @throws Error when the outputs are not what model.yaml says.
   */
  readonly interpret: (
    outputs: ModelOutputs,
    inputs: readonly InputFacts[],
    everyClass: boolean,
  ) => (Meaning | Error)[];
}
