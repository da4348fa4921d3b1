import { softmaxTwice } from "./activation.js";
import { classify } from "./classification.js";
import { checkDetectionOutputs, createDetection } from "./detection-outputs.js";
import type { Interpretation } from "./output-meaning.js";
import { tensorsOf } from "./tensors-output.js";
import { checkLabelCount, readLabels } from "./labels.js";
import { describeOutputs, namedOutput, scoresOutput, sizeOf, type OutputDescription } from "./output-choice.js";
import { nonFiniteFault, splitNumbers } from "./output-tensor.js";
import type { ClassificationPostprocessing, Postprocessing } from "./postprocess-settings.js";

/** What is known of a model when it is loaded. */
export interface KnownModel {
  /** Undefined when they are seen in a run only. */
  readonly outputs: readonly OutputDescription[] | undefined;
  /** The size of the picture that it sees, in pixels. */
  readonly picture?: { readonly width: number; readonly height: number } | undefined;
  /** Its dimension of tokens: a fixed number, or the name of an open one. */
  readonly tokens?: number | string | undefined;
}

/** @throws Error naming the setting, when the model cannot be what its postprocessing says. */
export async function createInterpretation(
  directory: string,
  postprocess: Postprocessing,
  { outputs, picture, tokens }: KnownModel,
): Promise<Interpretation> {
  if (postprocess.kind === "tensors") return tensorsOf(postprocess, outputs, tokens);
  const labels = await readLabels(directory, postprocess);
  if (postprocess.kind === "classification") return createClassification(postprocess, labels, outputs);
  if (picture === undefined)
    throw new Error(
      "runner.postprocess.kind of its model.yaml is detection, which needs an image: runner.preprocess.kind image.",
    );
  if (outputs !== undefined) checkDetectionOutputs(postprocess, labels, outputs);
  return createDetection(postprocess, labels, picture, outputs);
}

function createClassification(
  settings: ClassificationPostprocessing,
  labels: readonly string[],
  known: readonly OutputDescription[] | undefined,
): Interpretation {
  const choose = (outputs: readonly OutputDescription[]) =>
    settings.output === undefined
      ? scoresOutput(outputs, labels.length)
      : namedOutput(outputs, settings.output, "runner.postprocess.output");
  const chosen = known === undefined ? undefined : choose(known);
  const size = chosen === undefined ? undefined : sizeOf(chosen);
  // A dimension that the model leaves open shows itself in the first run.
  if (size !== undefined) checkLabelCount(size, labels);
  if (chosen?.type === "string")
    throw new Error(
      `its output ${JSON.stringify(chosen.name)} contains strings: runner.postprocess.output of its model.yaml must name the one with the scores.`,
    );
  return {
    ...(chosen === undefined ? {} : { needed: [chosen.name] }),
    interpret: (outputs, inputs, everyClass) => {
      const { name } = chosen ?? choose(describeOutputs(outputs));
      return splitNumbers(outputs, name, inputs.length).rows.map((values) => {
        checkLabelCount(values.length, labels);
        const fault = nonFiniteFault(name, values, (index) => `for class ${JSON.stringify(labels[index])}`);
        if (fault !== undefined) return fault;
        const answer = classify(values, labels, everyClass ? { ...settings, top: labels.length } : settings);
        return { answer, notice: softmaxTwice(name, settings.activation, [values]) };
      });
    },
  };
}
