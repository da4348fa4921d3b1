import type { Encoding, Tokenizer, TruncationStrategy } from "tokenizers";
import { DataItemError } from "../tensors/data-item-error.js";
import { readsAlongTheText } from "./along-the-text.js";
import { createPrefixes } from "./settled-prefix.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** The tokens of a text, without padding. */
export interface TextEncoding {
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
}

export interface EncodingLimits {
  readonly maximumTokens: number;
  /** How many of them the post-processor adds to every text. */
  readonly addedTokens: number;
  /** Texts of up to that many UTF-16 code units are tokenised whole; by default 32 Ki, or 16 for each token. */
  readonly wholeLength?: number;
}

/** UTF-16 code units of a text that are tokenised at most; each takes the library up to 1 KiB of memory, mostly a tenth of that. */
const mostLength = 256 * 1_024;

/** Tokens beyond the maximum, which show that those before are settled. */
const lookahead = 1_024;

/**
 * Encodes texts as the library's own truncation would, but tokenises only as much of a long text as decides its first tokens: the whole
 * of 16 MiB takes the library a minute and gigabytes.
 */
export function createTextEncoder(
  tokenizer: Tokenizer,
  configuration: TokenizerJson,
  { maximumTokens, addedTokens, wholeLength = Math.max(32_768, 16 * maximumTokens) }: EncodingLimits,
): (text: string, item: string) => Promise<TextEncoding> {
  const side = configuration.truncation?.direction === "Left" ? "left" : "right";
  const ownTokens = maximumTokens - addedTokens;
  if (side === "right") {
    // The library stops early then. Nothing that counts is cut: its limit lies beyond ours.
    const strategy = "LongestFirst" as TruncationStrategy;
    tokenizer.setTruncation(maximumTokens + lookahead, { direction: side, stride: 0, strategy });
  }
  const encode = (text: string) => tokenizer.encode(text, null, { addSpecialTokens: false, isPretokenized: false });
  const prefixes =
    side === "right" && readsAlongTheText(configuration)
      ? createPrefixes(tokenizer, configuration, ownTokens, encode)
      : undefined;

  const encodeLong = async (text: string, item: string): Promise<Encoding> => {
    const settled = await prefixes?.encodeSettled(text, Math.min(mostLength, text.length));
    if (settled !== undefined) return settled;
    if (text.length <= mostLength) return encode(text);
    throw new DataItemError(
      prefixes === undefined
        ? `Data item ${JSON.stringify(item)} has ${text.length} characters; this model's tokenizer needs a text as a whole, and takes at most ${mostLength}: shorten it.`
        : `Data item ${JSON.stringify(item)} has ${text.length} characters, and the first ${mostLength} do not decide its first ${maximumTokens} tokens: shorten it, or split words that are that long.`,
    );
  };

  return async (text, item) => {
    const own = text.length <= wholeLength ? await encode(text) : await encodeLong(text, item);
    own.truncate(ownTokens, 0, side);
    const encoding = tokenizer.postProcess(own, null, true);
    return { ids: encoding.getIds(), typeIds: encoding.getTypeIds() };
  };
}
