import { join } from "node:path";
import { decodeText, TextEncodingError } from "@millrace/contract";
import { Tokenizer } from "@huggingface/tokenizers";
import type { Tensor } from "onnxruntime-node";
import { readTextFile } from "../manifest/text-file.js";
import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "../tensors/data-item-error.js";
import { toNumbers } from "../tensors/number-types.js";
import { batchTensor, type ModelInput } from "./model-input.js";
import type { TokenizerPreprocessing } from "./onnx-settings.js";

/** The numbers of one text's tokens, with the marks that the model expects around them. */
export type TokenIds = readonly number[];

export interface TextPreparation {
  /** @throws DataItemError when the data item is missing, empty or no UTF-8. */
  readonly prepare: (items: DataItems) => TokenIds;
  /** Those of {@link tokenInputs} that the model has, for several texts, padded to the longest of them or the width that it has. */
  readonly tensors: (texts: readonly TokenIds[]) => Record<string, Tensor>;
}

/** The inputs that a tokenizer can give a model, by the names that all exporters use; each from a token and its place in the text. */
const makers = {
  input_ids: (id: number) => id,
  attention_mask: () => 1,
  token_type_ids: () => 0,
  position_ids: (_id: number, place: number) => place,
} as const;
export const tokenInputs: readonly string[] = Object.keys(makers);

/**
 * Reads a `tokenizer.json`.
 *
 * @param inputs those of the model that it is to give, some of {@link tokenInputs}.
 * @param place where the settings are in model.yaml, for errors.
 * @throws Error when the file is no tokenizer.
 */
export async function createTextPreparation(
  directory: string,
  place: string,
  settings: TokenizerPreprocessing,
  inputs: readonly ModelInput[],
): Promise<TextPreparation> {
  // Cutting and padding are done here, so that a batch is only as wide as its longest text.
  const { tokenizer, configuration } = await readTokenizer(join(directory, settings.tokenizer), place);
  const padding = (configuration["padding"] as { pad_id?: number } | null | undefined)?.pad_id ?? 0;
  return {
    prepare(items) {
      const bytes = requireItem(items, settings.item);
      const ids = tokenizer.encode(decode(bytes, settings.item)).ids;
      if (ids.length <= settings.maximumTokens) return ids;
      // The last token is the end mark, and stays.
      return [...ids.slice(0, settings.maximumTokens - 1), ids.at(-1) ?? 0];
    },
    tensors(texts) {
      const longest = Math.max(...texts.map((ids) => ids.length));
      return Object.fromEntries(
        inputs.map(({ name, datatype, shape }) => {
          const make = makers[name as keyof typeof makers];
          const width = typeof shape?.[1] === "number" ? shape[1] : longest;
          const pad = name === "input_ids" ? padding : 0;
          const rows = texts.map((ids) => {
            const row = Array.from({ length: width }, (_, place) =>
              place < ids.length ? make(ids[place] ?? 0, place) : pad,
            );
            return toNumbers(datatype === "BYTES" ? "INT64" : datatype, row);
          });
          return [name, batchTensor(datatype, rows, [width])];
        }),
      );
    },
  };
}

async function readTokenizer(file: string, place: string) {
  try {
    const configuration = JSON.parse(await readTextFile(file)) as Record<string, unknown>;
    return { configuration, tokenizer: new Tokenizer({ ...configuration, truncation: null, padding: null }, {}) };
  } catch (error) {
    throw new Error(
      `${place}.tokenizer of its model.yaml names ${file}, which cannot be read as a tokenizer.json: ${(error as Error).message}.`,
      { cause: error },
    );
  }
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
