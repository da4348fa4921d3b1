import { namedOutput, describeOutputs, requireTensor, type OutputDescription } from "./output-choice.js";
import type { InputFacts, Interpretation } from "./output-meaning.js";
import { nestedList } from "./nested-list.js";
import { splitOutput, toFloats, type ModelOutputs } from "./output-tensor.js";
import { normalize, pool } from "./pooling.js";
import type { TensorsPostprocessing } from "./postprocess-settings.js";

/**
 * Outputs unchanged except that padding rows are removed; with `pooling`, one vector per text.
 *
 * @param tokens the dimension of tokens of the model's inputs.
 * @throws Error naming the setting that does not fit the model.
 */
export function tensorsOf(
  settings: TensorsPostprocessing,
  known: readonly OutputDescription[] | undefined,
  tokens: number | string | undefined,
): Interpretation {
  const choose = (outputs: readonly OutputDescription[]) =>
    settings.outputs?.map((name) => namedOutput(outputs, name, "runner.postprocess.outputs")) ?? outputs;
  const chosen = known === undefined ? undefined : choose(known);
  chosen?.forEach(requireTensor);
  if (settings.pooling !== undefined) checkPooling(chosen, tokens);
  return {
    ...(chosen === undefined ? {} : { needed: chosen.map(({ name }) => name) }),
    interpret(outputs, inputs) {
      const descriptions = chosen ?? choose(describeOutputs(outputs));
      const parts = descriptions.map((output) => ({
        name: output.name,
        values: valuesOf(outputs, output, inputs, settings, tokens),
      }));
      return inputs.map((_, index) => ({
        answer: {
          data: {
            result: Object.fromEntries(parts.map(({ name, values }) => [name, values[index]])),
            explanation: null,
            drift: null,
          },
        },
      }));
    },
  };
}

function checkPooling(chosen: readonly OutputDescription[] | undefined, tokens: number | string | undefined): void {
  if (tokens === undefined)
    throw new Error("runner.postprocess.pooling of its model.yaml needs texts: runner.preprocess.kind tokenizer.");
  if (chosen?.some((output) => output.shape === undefined || isOfTokens(output, tokens)) === false)
    throw new Error(
      "runner.postprocess.pooling of its model.yaml needs an output with a vector for each token: [batch, tokens, width].",
    );
}

/** Whether the second dimension of an output is that of tokens. */
function isOfTokens({ shape }: OutputDescription, tokens: number | string): boolean {
  const second = shape?.[1];
  // Exporters may give an open dimension another name for each tensor; labels of a text come in two dimensions, tokens in three.
  return second === tokens || (shape?.length === 3 && typeof second === "string");
}

function valuesOf(
  outputs: ModelOutputs,
  output: OutputDescription,
  inputs: readonly InputFacts[],
  { pooling, normalize: isNormalized = false }: TensorsPostprocessing,
  tokens: number | string | undefined,
): unknown[] {
  const { shape, rows } = splitOutput(outputs, output.name, inputs.length);
  const [rowCount = 0, ...inner] = shape;
  const widest = typeof tokens === "number" ? tokens : Math.max(...inputs.map(({ tokenCount = 0 }) => tokenCount));
  const isTokens = tokens !== undefined && isOfTokens(output, tokens) && rowCount === widest;
  return inputs.map(({ tokenCount = 0, padsLeft = false }, index) => {
    let [values, own] = [rows[index] ?? [], shape];
    if (isTokens) {
      const width = values.length / rowCount;
      const first = padsLeft ? (rowCount - tokenCount) * width : 0;
      values = Array.prototype.slice.call(values, first, first + tokenCount * width);
      own = [tokenCount, ...inner];
      if (pooling !== undefined && inner.length === 1) {
        values = pool(toFloats(values), inner[0] ?? 0, pooling);
        own = inner;
      }
    }
    return nestedList(isNormalized ? normalize(toFloats(values), own.at(-1) ?? 1) : values, own);
  });
}
