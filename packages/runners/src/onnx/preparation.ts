import type { Tensor } from "onnxruntime-node";
import type { DataItems, PictureMeasures } from "../runner.js";
import { requireItem } from "../tensors/data-item-error.js";
import { imageShape } from "../tensors/image-shape.js";
import { elementCount, valuesOfBytes, valuesOfJson, type ItemValues } from "../tensors/item-values.js";
import { isWhole, nearestNumbers } from "../tensors/number-types.js";
import type { PictureFrame } from "../tensors/picture-frame.js";
import { batchTensor, type ModelInput } from "./model-input.js";
import type { OnnxSettings, Preprocessing } from "./onnx-schemas.js";
import { columnsOf } from "./read-onnx-settings.js";
import { readRow } from "./tabular-row.js";
import { checkSampleTokens, type ItemTokenizer } from "./sample-tokens.js";
import type { TextPreparation } from "./token-tensors.js";
import { tokenInputs, type TextTokens } from "./token-inputs.js";

/** What a data item became: the values of a tensor, or the tokens of a text. */
export type Prepared =
  | (ItemValues & { readonly frame?: PictureFrame; readonly measures?: PictureMeasures })
  | { readonly tokens: TextTokens };

/** How data items become inputs of the model. */
export interface Preparation {
  /** @throws DataItemError when a data item is missing or not what the settings say. */
  readonly prepare: (items: DataItems) => Promise<Prepared> | Prepared;
  /** The tensors of a batch; those that are not padded have to be of one shape. */
  readonly tensors: (batch: readonly Prepared[]) => Record<string, Tensor>;
  /** Whether texts of several lengths can be one batch; not there where there is no text. */
  readonly canPad?: boolean;
}

/**
 * A preparation for each entry of the settings.
 *
 * @throws Error naming the setting that does not fit what the model takes.
 */
export async function createPreparations(
  directory: string,
  settings: OnnxSettings,
  inputs: readonly ModelInput[],
): Promise<Preparation[]> {
  const given = new Set<string>();
  const preparations: Preparation[] = [];
  const tokenizers: ItemTokenizer[] = [];
  for (const { place, settings: one } of settings.inputs) {
    const own = one.kind === "tokenizer" ? tokensOf(place, inputs) : [inputOf(place, one, inputs)];
    own.forEach(({ name }) => given.add(name));
    const [first] = own;
    if (one.kind === "tokenizer") {
      const text = await readText(directory, place, one, own);
      tokenizers.push({ item: one.item, prepare: text.prepare });
      preparations.push(prepareText(text));
    } else if (first !== undefined)
      preparations.push(
        await prepareTensor(place, one, first, new Set(columnsOf(settings, one.item).map(({ name }) => name))),
      );
  }
  const missing = inputs.find(({ name }) => !given.has(name));
  if (missing !== undefined)
    throw new Error(
      `its input ${JSON.stringify(missing.name)} (${describe(missing)}) has no source: list a source for each of ${namesOf(inputs)} in runner.inputs of its model.yaml.`,
    );
  await checkSampleTokens(directory, tokenizers);
  return preparations;
}

async function readText(
  directory: string,
  place: string,
  settings: Extract<Preprocessing, { kind: "tokenizer" }>,
  inputs: readonly ModelInput[],
): Promise<TextPreparation> {
  const width = inputs[0]?.shape?.[1];
  if (typeof width === "number" && settings.maximumTokens > width)
    throw new Error(
      `${place}.maximumTokens of its model.yaml is ${settings.maximumTokens}, but the model takes ${width} tokens.`,
    );
  // Libraries that not every model needs take time to load, and memory.
  const { createTextPreparation } = await import("./token-tensors.js");
  return createTextPreparation(directory, place, settings, inputs);
}

function prepareText({ prepare, tensors, canPad }: TextPreparation): Preparation {
  return {
    canPad,
    prepare: async (items) => ({ tokens: await prepare(items) }),
    tensors: (batch) => tensors(batch.flatMap((one) => ("tokens" in one ? [one.tokens] : []))),
  };
}

async function prepareTensor(
  place: string,
  settings: Exclude<Preprocessing, { kind: "tokenizer" }>,
  input: ModelInput,
  columns: ReadonlySet<string>,
): Promise<Preparation> {
  const { datatype, name } = input;
  const declared = input.shape?.slice(1);
  const tensors = (batch: readonly Prepared[]) => {
    const values = batch.map((one) => ("tokens" in one ? [] : one.values));
    const [first] = batch;
    return { [name]: batchTensor(datatype, values, first === undefined || "tokens" in first ? [] : first.shape) };
  };
  switch (settings.kind) {
    case "image": {
      if (datatype === "BYTES") throw misfit(place, "kind", "an image", input);
      const shape = imageShape(settings);
      checkShape(place, "layout, crop or channels", shape, input);
      // Values of 0 to 1, the default, would all be 0 or 1.
      if (isWhole(datatype) && settings.scale === undefined)
        throw new Error(
          `${place}.scale of its model.yaml is missing: the model takes whole numbers (${datatype}), so set "scale: 1", or another scale that yields them.`,
        );
      const { prepareImage } = await import("../tensors/picture.js");
      return {
        tensors,
        async prepare(items) {
          const { values, frame, measures } = await prepareImage(items, settings);
          return { shape, values: datatype === "FP32" ? values : nearestNumbers(datatype, values), frame, measures };
        },
      };
    }
    case "tabular": {
      const width = settings.columns.reduce(
        (sum, { categories }) => sum + (datatype === "BYTES" ? 1 : (categories?.length ?? 1)),
        0,
      );
      // A row may be what a model calls [width, 1], or, of one column, a list without a second dimension.
      const shape = declared?.every((size) => typeof size === "number") === true ? declared : [width];
      if (elementCount(shape) !== width) throw misfit(place, "columns", `[batch, ${width}]`, input);
      if (shape !== declared) checkShape(place, "columns", shape, input);
      return {
        tensors,
        prepare: (items) => ({ ...readRow(requireItem(items, settings.item), settings, datatype, columns), shape }),
      };
    }
    case "tensor": {
      if (settings.shape !== undefined) checkShape(place, "shape", settings.shape, input);
      if (settings.from === "json") {
        // The error names the data item that differs.
        const fixed = declared?.every((size) => typeof size === "number") === true ? declared : undefined;
        return {
          tensors,
          prepare: (items) =>
            valuesOfJson(requireItem(items, settings.item), settings.item, datatype, settings.shape ?? fixed),
        };
      }
      if (settings.datatype !== datatype) throw misfit(place, "datatype", settings.datatype, input);
      return {
        tensors,
        prepare: (items) =>
          valuesOfBytes(requireItem(items, settings.item), settings.item, settings.datatype, settings.shape),
      };
    }
  }
}

function tokensOf(place: string, inputs: readonly ModelInput[]): readonly ModelInput[] {
  const own = inputs.filter(({ name }) => tokenInputs.includes(name));
  if (own[0] === undefined || !own.some(({ name }) => name === "input_ids"))
    throw new Error(
      `${place}.kind of its model.yaml is tokenizer, but the model has no input "input_ids"; it has ${namesOf(inputs)}.`,
    );
  return own;
}

function inputOf(place: string, { tensor }: { tensor?: string }, inputs: readonly ModelInput[]): ModelInput {
  const [only] = inputs;
  if (tensor === undefined && only !== undefined && inputs.length === 1) return only;
  const found = inputs.find(({ name }) => name === tensor);
  if (found !== undefined) return found;
  throw new Error(
    `${place}.tensor of its model.yaml ${tensor === undefined ? "is missing" : `is ${JSON.stringify(tensor)}`}; the model has the inputs ${namesOf(inputs)}.`,
  );
}

/** @throws Error when the model's file says that it takes another shape. */
function checkShape(place: string, setting: string, shape: readonly number[], input: ModelInput): void {
  const declared = input.shape?.slice(1);
  const fits =
    declared === undefined ||
    (declared.length === shape.length &&
      declared.every((size, index) => typeof size === "string" || size === shape[index]));
  if (!fits) throw misfit(place, setting, `[batch, ${shape.join(", ")}]`, input);
}

function misfit(place: string, setting: string, given: string, input: ModelInput): Error {
  return new Error(
    `${place} of its model.yaml gives ${given} to the model's input ${JSON.stringify(input.name)}, which takes ${describe(input)}: correct ${setting}.`,
  );
}

function describe({ datatype, shape }: ModelInput): string {
  const sizes = shape?.map((size, index) => (size === "" ? (index === 0 ? "batch" : "any") : size)).join(", ");
  return shape === undefined ? datatype : `${datatype} [${sizes}]`;
}

function namesOf(inputs: readonly ModelInput[]): string {
  return inputs.map(({ name }) => JSON.stringify(name)).join(", ");
}
