import type { ModelOutputs } from "./output-tensor.js";

/** What is known of an output before a run, or seen in one. */
export interface OutputDescription {
  readonly name: string;
  /** Such as `float32`; undefined for what is no tensor, as the sequences of maps of scikit-learn. */
  readonly type: string | undefined;
  /** With the batch dimension; a dimension that the model leaves open has a name. Undefined when not known. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** The outputs as they came. */
export function describeOutputs(outputs: ModelOutputs): OutputDescription[] {
  return Object.entries(outputs).map(([name, { type, dims }]) => ({ name, type, shape: dims }));
}

/**
 * The output that a setting names.
 *
 * @param setting the field of model.yaml, for the error.
 * @throws Error when the model has no such output, or it is no tensor.
 */
export function namedOutput(outputs: readonly OutputDescription[], name: string, setting: string): OutputDescription {
  const output = outputs.find((one) => one.name === name);
  const names = outputs.map((one) => JSON.stringify(one.name)).join(", ");
  if (output === undefined)
    throw new Error(`${setting} of its model.yaml names the output ${JSON.stringify(name)}; the model has ${names}.`);
  if (output.type === undefined) throw notATensor(output);
  return output;
}

/**
 * The output with the scores of classes: the only one, or else that of floats with as many for each input as there are labels, or else the
 * first.
 *
 * @throws Error when it is no tensor.
 */
export function scoresOutput(outputs: readonly OutputDescription[], labelCount: number): OutputDescription {
  const isFloat = ({ type }: OutputDescription) => type !== undefined && /^(float|FP|BF)/.test(type);
  const fitting = outputs.find((one) => isFloat(one) && sizeOf(one) === labelCount);
  const unknown = outputs.find((one) => isFloat(one) && sizeOf(one) === undefined);
  // scikit-learn's scores are a sequence of maps behind the tensor of labels, which is not what is looked for.
  const maps = outputs.find(({ type }) => type === undefined);
  const chosen = fitting ?? unknown ?? maps ?? outputs.find(isFloat) ?? outputs[0];
  if (chosen === undefined) throw new Error("it has no outputs.");
  if (chosen.type === undefined) throw notATensor(chosen);
  return chosen;
}

/** How many values it has for an input, where the model says it. */
export function sizeOf({ shape }: OutputDescription): number | undefined {
  if (shape === undefined || shape.length < 2) return shape?.length === 1 ? 1 : undefined;
  const sizes = shape.slice(1);
  return sizes.every((size) => typeof size === "number") ? sizes.reduce((a, b) => a * b, 1) : undefined;
}

/** @throws Error when an output is no tensor. */
export function requireTensor(output: OutputDescription): void {
  if (output.type === undefined) throw notATensor(output);
}

function notATensor({ name }: OutputDescription): Error {
  return new Error(
    `its output ${JSON.stringify(name)} is a sequence or a map, not a tensor: export the model with options={"zipmap": False} (skl2onnx).`,
  );
}
