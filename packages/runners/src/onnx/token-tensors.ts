import { join } from "node:path";
import { decodeText, TextEncodingError } from "@millrace/contract/decode-text";
import type { Tensor } from "onnxruntime-node";
import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "../tensors/data-item-error.js";
import { toNumbers } from "../tensors/number-types.js";
import type { Padding } from "../tokens/padding.js";
import { readTokenizer } from "../tokens/read-tokenizer.js";
import { batchTensor, type ModelInput } from "./model-input.js";
import type { TokenizerPreprocessing } from "./onnx-schemas.js";
import { tokenNumbers, type TextTokens } from "./token-inputs.js";

export interface TextPreparation {
  /** @throws DataItemError when the data item is missing, empty, no UTF-8 or too long for the tokenizer. */
  readonly prepare: (items: DataItems) => Promise<TextTokens>;
  /** Those of {@link tokenInputs} that the model has, for several texts, padded to the longest of them or the width that it has. */
  readonly tensors: (texts: readonly TextTokens[]) => Record<string, Tensor>;
  /** Whether texts of several lengths can be one batch: there is a padding token, and a mask tells the model which they are. */
  readonly canPad: boolean;
}

/**
 * Reads a `tokenizer.json`.
 *
 * @param inputs those of the model that it is to give, some of {@link tokenInputs}.
 * @param place where the settings are in model.yaml, for errors.
 * @throws Error when the file is no tokenizer, or has no padding token where the model needs one.
 */
export async function createTextPreparation(
  directory: string,
  place: string,
  settings: TokenizerPreprocessing,
  inputs: readonly ModelInput[],
): Promise<TextPreparation> {
  const { encode, padding } = await readTokenizer(join(directory, settings.tokenizer), place, settings.maximumTokens);
  const fixedWidth = inputs.map(({ shape }) => shape?.[1]).find((width) => typeof width === "number");
  if (fixedWidth !== undefined && padding.id === undefined)
    throw new Error(
      `${place}.tokenizer of its model.yaml has no padding token, but the model always takes ${fixedWidth} tokens: set "padding" in ${settings.tokenizer}, or "pad_token" in a tokenizer_config.json beside it.`,
    );
  const hasMask = inputs.some(({ name }) => name === "attention_mask");
  const padsLeft = padding.side === "left";
  return {
    canPad: hasMask && padding.id !== undefined,
    async prepare(items) {
      const bytes = requireItem(items, settings.item);
      const text = { ...(await encode(decode(bytes, settings.item), settings.item)), padsLeft };
      if (text.ids.length === 0 && fixedWidth === undefined)
        throw new DataItemError(`Data item ${JSON.stringify(settings.item)} has no tokens for this model's tokenizer.`);
      // Nothing tells a model without a mask which tokens are padding: they are as much input as the others.
      return hasMask || fixedWidth !== undefined ? text : fill(text, padding);
    },
    tensors(texts) {
      const longest = Math.max(...texts.map(({ ids }) => ids.length));
      return Object.fromEntries(
        inputs.map(({ name, datatype, shape }) => {
          const { of, padding: pad } = tokenNumbers[name as keyof typeof tokenNumbers];
          const width = typeof shape?.[1] === "number" ? shape[1] : longest;
          const rows = texts.map((text) => {
            const first = padsLeft ? width - text.ids.length : 0;
            const row = Array.from({ length: width }, (_, at) => {
              const place = at - first;
              return place >= 0 && place < text.ids.length ? of(text, place) : pad(padding);
            });
            return toNumbers(datatype === "BYTES" ? "INT64" : datatype, row);
          });
          return [name, batchTensor(datatype, rows, [width])];
        }),
      );
    },
  };
}

/** A text with the padding that `tokenizer.json` gives every text, whatever batch it is in. */
function fill(text: TextTokens, { id = 0, typeId, widthOf }: Padding): TextTokens {
  const count = widthOf(text.ids.length) - text.ids.length;
  const filled = (values: readonly number[], value: number) => {
    const padding = Array<number>(count).fill(value);
    return text.padsLeft ? [...padding, ...values] : [...values, ...padding];
  };
  return { ...text, ids: filled(text.ids, id), typeIds: filled(text.typeIds, typeId) };
}

function decode(bytes: Uint8Array, item: string): string {
  let text: string;
  try {
    text = decodeText(bytes);
  } catch (error) {
    if (!(error instanceof TextEncodingError)) throw error;
    throw new DataItemError(`Data item ${JSON.stringify(item)} ${error.message}.`);
  }
  if (text.trim() === "") throw new DataItemError(`Data item ${JSON.stringify(item)} has only whitespace.`);
  return text;
}
