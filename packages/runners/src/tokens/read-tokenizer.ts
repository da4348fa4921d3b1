import { Tokenizer } from "tokenizers";
import { readTextFile } from "../manifest/text-file.js";
import { createTextEncoder, type TextEncoding } from "./encode-text.js";
import { findPadding, type Padding } from "./padding.js";
import type { TokenizerJson } from "./tokenizer-json.js";

export interface TextTokenizer {
  /**
   * The tokens of a text, those that the post-processor adds included, at most the maximum.
   *
   * @param item the data item's name, for the error.
   * @throws DataItemError when the text is too long for this tokenizer.
   */
  readonly encode: (text: string, item: string) => Promise<TextEncoding>;
  readonly padding: Padding;
}

/**
 * Reads a `tokenizer.json` with Hugging Face's own library, so that ids are the same as in Python.
 *
 * @param maximumTokens longer texts are cut on the side that the file names, the right one by default.
 * @throws Error with a sentence that starts with `place`, the setting that names the file, when it cannot be used.
 */
export async function readTokenizer(file: string, place: string, maximumTokens: number): Promise<TextTokenizer> {
  const refuse = (reason: string, cause?: unknown) =>
    new Error(
      `${place}.tokenizer of its model.yaml names ${file}, which cannot be ${reason}`,
      cause === undefined ? undefined : { cause },
    );
  let tokenizer: Tokenizer;
  let configuration: TokenizerJson;
  try {
    const text = await readTextFile(file);
    configuration = JSON.parse(text) as TokenizerJson;
    tokenizer = Tokenizer.fromString(text);
  } catch (error) {
    throw refuse(`read as a tokenizer.json: ${(error as Error).message}.`, error);
  }
  const { dropout = 0 } = configuration.model;
  if (dropout !== null && dropout > 0)
    throw refuse(`used: its model.dropout is ${dropout}, which gives a text other ids each time; set it to null.`);
  tokenizer.disableTruncation();
  tokenizer.disablePadding();
  const addedTokens = await countAddedTokens(tokenizer);
  if (addedTokens >= maximumTokens)
    throw new Error(
      `${place}.maximumTokens of its model.yaml is ${maximumTokens}, but the tokenizer adds ${addedTokens} special tokens to every text: increase it.`,
    );
  const padding = await findPadding(file, configuration, (token) => tokenizer.tokenToId(token) ?? undefined);
  return { padding, encode: createTextEncoder(tokenizer, configuration, { maximumTokens, addedTokens }) };
}

async function countAddedTokens(tokenizer: Tokenizer): Promise<number> {
  const nothing = await tokenizer.encode("a", null, { addSpecialTokens: false, isPretokenized: false });
  nothing.truncate(0, 0, "right");
  return tokenizer.postProcess(nothing, null, true).getLength();
}
