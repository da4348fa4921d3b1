import type { TokenizerJson } from "./tokenizer-json.js";

/** Longer windows would cost more than they save. */
const longestWindow = 256;

/**
 * How many characters the longest token of a vocabulary has; undefined where tokens of a prefix tell nothing of those of the whole word
 * (word pieces, whole words, tokens that differ at the start or at the end of a word), or where it is longer than 256.
 */
export function longestToken({ model, added_tokens: added = [] }: TokenizerJson): number | undefined {
  const tokens = Array.isArray(model.vocab)
    ? (model.vocab as readonly (readonly [string, number])[]).map(([token]) => token)
    : Object.keys(model.vocab);
  const isUnigram = Array.isArray(model.vocab);
  const isBpe = model.merges !== undefined;
  if (!isUnigram && !isBpe) return undefined;
  if ((model.continuing_subword_prefix ?? "") !== "" || (model.end_of_word_suffix ?? "") !== "") return undefined;
  // At least as many code units as characters.
  const longest = [
    ...tokens, // With the spaces that they may take in.
    ...added.map(({ content }) => ` ${content} `),
  ].reduce((most, { length }) => Math.max(most, length), 1);
  return longest <= longestWindow ? longest : undefined;
}
