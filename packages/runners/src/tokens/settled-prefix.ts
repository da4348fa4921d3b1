import type { Encoding, Tokenizer } from "tokenizers";
import { longestToken } from "./longest-token.js";
import { partsOf, type TokenizerJson } from "./tokenizer-json.js";

export interface Prefixes {
  /**
   * The encoding of a prefix whose first tokens are those of the whole text, whatever follows.
   *
   * @param mostLength the longest prefix that is tried, in UTF-16 code units.
   * @returns undefined when no prefix of that length is known to be one.
   */
  readonly encodeSettled: (text: string, mostLength: number) => Promise<Encoding | undefined>;
}

/** Words and code points between the last token that counts and the end of a prefix: the end reaches back that far at most. */
const settlingWords = 8;
const settlingPoints = 512;

/** Code units beside a window that may become one with its first or last. */
const neighbours = 8;

/** Code units that are tokenised at most to try every end in one window. */
const mostWork = 2 ** 20;

/**
 * Finds prefixes of long texts that decide the first `count` tokens, for tokenizers that read along the text. Two reasons are enough:
 *
 * - Several whole words lie between the last of those tokens and the end of the prefix.
 * - Every end within a window gives the same tokens. In one long word, BPE and Unigram may prefer other tokens far back when the word goes
 *   on. But a token has at most `longestToken` characters, so the tokens of the whole text meet at one of as many consecutive places, and
 *   up to there they are those of the prefix that ends there.
 */
export function createPrefixes(
  tokenizer: Tokenizer,
  configuration: TokenizerJson,
  count: number,
  encode: (text: string) => Promise<Encoding>,
): Prefixes {
  const window = longestToken(configuration);
  const hasBytes = consistsOfBytes(configuration);
  const reachesWindow = (length: number) => window !== undefined && length * window <= mostWork;

  const firstIds = async (text: string): Promise<string | undefined> => {
    const encoding = await encode(text);
    // The last token may grow with the text.
    return encoding.getLength() > count ? encoding.getIds().slice(0, count).join() : undefined;
  };

  const encodeWindow = async (text: string, start: number, length: number): Promise<Encoding | undefined> => {
    const ends = endsOf(text, start, length);
    if (ends === undefined || (hasBytes && !/^[\0-\x7f]*$/.test(text.slice(start, ends.at(-1))))) return undefined;
    if (!isCharacterByCharacter(text, [start, ends.at(-1) ?? start], tokenizer)) return undefined;
    const wanted = await firstIds(text.slice(0, start));
    if (wanted === undefined) return undefined;
    for (const end of ends) if ((await firstIds(text.slice(0, end))) !== wanted) return undefined;
    return encode(text.slice(0, start));
  };

  return {
    async encodeSettled(text, mostLength) {
      for (let length = Math.max(1_024, 8 * count); length < mostLength; length *= 2) {
        const prefix = text.slice(0, wholeCharacters(text, length));
        const encoding = await encode(prefix);
        if (isSettled(encoding, prefix, count)) return encoding;
        if (window === undefined || !reachesWindow(length) || encoding.getLength() <= count) continue;
        const settled = await encodeWindow(text, prefix.length, window);
        if (settled !== undefined) return settled;
      }
      return undefined;
    },
  };
}

/** Whether tokens are of bytes, so that they may meet within a character. Bytes that stand for an unknown one do not merge with others. */
function consistsOfBytes({ normalizer, pre_tokenizer: preTokenizer, model }: TokenizerJson): boolean {
  return (
    [normalizer, preTokenizer].flatMap(partsOf).some(({ type }) => type === "ByteLevel") ||
    (model.byte_fallback === true && (model.merges ?? []).some((merge) => String(merge).includes("<0x")))
  );
}

/** Whether what follows the prefix is too far away to change its first tokens. */
function isSettled(encoding: Encoding, prefix: string, count: number): boolean {
  if (encoding.getLength() <= count) return false;
  const words = encoding.getWordIds();
  const [word, lastWord] = [words[count - 1], words.at(-1)];
  const end = encoding.getOffsets()[count - 1]?.[1];
  if (word === undefined || word === null || lastWord === undefined || lastWord === null || end === undefined)
    return false;
  return word + settlingWords <= lastWord && end + settlingPoints <= codePoints(prefix);
}

/** A place at or before that one which is not within a surrogate pair. */
function wholeCharacters(text: string, place: number): number {
  return isLowSurrogate(text.charCodeAt(place)) ? place - 1 : place;
}

/** The next `count` ends of characters after `start`; undefined when the text has fewer. */
function endsOf(text: string, start: number, count: number): number[] | undefined {
  const ends: number[] = [];
  for (let end = start + 1; ends.length < count; end += 1) {
    if (end > text.length) return undefined;
    if (!isLowSurrogate(text.charCodeAt(end))) ends.push(end);
  }
  return ends;
}

/**
 * Whether each character around and between two places becomes exactly one of those that tokens consist of: where one becomes several,
 * tokens may meet within it, and where several become one, a token may be longer than it seems.
 */
function isCharacterByCharacter(text: string, [start, end]: readonly [number, number], tokenizer: Tokenizer): boolean {
  const piece = text.slice(wholeCharacters(text, start - neighbours), wholeCharacters(text, end + neighbours));
  // An added token may take in the white space around it.
  if (/\s\s/.test(piece)) return false;
  const normalizer = tokenizer.getNormalizer();
  if (normalizer === null) return true;
  // The letters around keep off what is done at the ends of a text only.
  const lengthOf = (part: string) => codePoints(normalizer.normalizeString(`x${part}x`));
  const least = lengthOf("");
  const characters = Array.from(piece);
  return characters.every((_, index) => lengthOf(characters.slice(0, index + 1).join("")) === least + index + 1);
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
