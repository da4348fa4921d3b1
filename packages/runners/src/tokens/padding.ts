import { dirname, join } from "node:path";
import { unlessMissing } from "../manifest/missing-file.js";
import { readTextFile } from "../manifest/text-file.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** How a tokenizer fills up texts that are shorter than others. */
export interface Padding {
  /** The id of its padding token; undefined when neither file names one. */
  readonly id: number | undefined;
  readonly typeId: number;
  readonly side: "left" | "right";
  /** How many tokens a text of that many has when nothing else decides the width. */
  readonly widthOf: (tokenCount: number) => number;
}

/** What published tokenizers call it, where `padding` is null. */
const usualNames = ["[PAD]", "<pad>", "<|pad|>", "[pad]", "<PAD>", "<|PAD|>"];

/**
 * From `padding` in tokenizer.json; where that is null, from `pad_token` in a tokenizer_config.json beside it; else the one token
 * with a usual name.
 *
 * @param idOf the id of a token, undefined when there is no such token.
 */
export async function findPadding(
  file: string,
  { padding }: TokenizerJson,
  idOf: (token: string) => number | undefined,
): Promise<Padding> {
  if (padding !== null && padding !== undefined) {
    const { strategy, direction, pad_to_multiple_of: multiple, pad_id: id = 0, pad_type_id: typeId = 0 } = padding;
    const least = typeof strategy === "object" ? strategy.Fixed : 0;
    const step = typeof multiple === "number" && multiple > 0 ? multiple : 1;
    return {
      id,
      typeId,
      side: direction === "Left" ? "left" : "right",
      widthOf: (tokenCount) => Math.ceil(Math.max(least, tokenCount) / step) * step,
    };
  }
  const { pad_token: token, padding_side: side } = await readConfiguration(
    join(dirname(file), "tokenizer_config.json"),
  );
  const name = typeof token === "string" ? token : token?.content;
  const found = usualNames.map(idOf).filter((id) => id !== undefined);
  return {
    id: name === undefined ? (found.length === 1 ? found[0] : undefined) : idOf(name),
    typeId: 0,
    side: side === "left" ? "left" : "right",
    widthOf: (tokenCount) => tokenCount,
  };
}

interface TokenizerConfiguration {
  readonly pad_token?: string | { readonly content?: string } | null;
  readonly padding_side?: string;
}

async function readConfiguration(file: string): Promise<TokenizerConfiguration> {
  const text = await unlessMissing(readTextFile(file));
  if (text === undefined) return {};
  try {
    return (JSON.parse(text) ?? {}) as TokenizerConfiguration;
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}.`, { cause: error });
  }
}
