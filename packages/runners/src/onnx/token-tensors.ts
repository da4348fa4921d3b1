import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TextDecoder } from "node:util";
import { Tokenizer } from "@huggingface/tokenizers";
import { Tensor } from "onnxruntime-node";
import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "./data-item-error.js";
import type { TokenizerPreprocessing } from "./onnx-settings.js";

/** The numbers of one text's tokens, with the marks that the model expects around them. */
export type TokenIds = readonly number[];

export interface TextPreparation {
  /** @throws DataItemError when the data item is missing, empty or no UTF-8. */
  readonly prepare: (items: DataItems) => TokenIds;
  /** `input_ids`, `attention_mask` and `token_type_ids` of several texts, padded to the longest of them. */
  readonly tensors: (texts: readonly TokenIds[]) => Record<string, Tensor>;
}

/** Reads a `tokenizer.json`. */
export async function createTextPreparation(
  directory: string,
  settings: TokenizerPreprocessing,
): Promise<TextPreparation> {
  const configuration = JSON.parse(await readFile(join(directory, settings.tokenizer), "utf8")) as Record<
    string,
    unknown
  >;
  // Cutting and padding are done here, so that a batch is only as wide as its longest text.
  const tokenizer = new Tokenizer({ ...configuration, truncation: null, padding: null }, {});
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return {
    prepare(items) {
      const bytes = requireItem(items, settings.item);
      const ids = tokenizer.encode(decode(decoder, bytes, settings.item)).ids;
      if (ids.length <= settings.maximumTokens) return ids;
      // The last token is the end mark, and stays.
      return [...ids.slice(0, settings.maximumTokens - 1), ids.at(-1) ?? 0];
    },
    tensors(texts) {
      const width = Math.max(...texts.map((ids) => ids.length));
      const size = texts.length * width;
      const [ids, mask, types] = [new BigInt64Array(size), new BigInt64Array(size), new BigInt64Array(size)];
      texts.forEach((text, row) =>
        text.forEach((id, column) => {
          ids[row * width + column] = BigInt(id);
          mask[row * width + column] = 1n;
        }),
      );
      const tensor = (data: BigInt64Array) => new Tensor("int64", data, [texts.length, width]);
      return { input_ids: tensor(ids), attention_mask: tensor(mask), token_type_ids: tensor(types) };
    },
  };
}

function decode(decoder: TextDecoder, bytes: Uint8Array, item: string): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new DataItemError(`Data item ${JSON.stringify(item)} is not UTF-8 text: convert it first.`);
  }
  if (text.trim() === "") throw new DataItemError(`Data item ${JSON.stringify(item)} has no text, only white space.`);
  return text;
}
