import { decodeText, TextEncodingError, withoutMark, type WordImportance } from "@millrace/contract";
import type { DataItems } from "./ask-model.js";
import type { Attribution, HidingInput } from "./coalition.js";
import { ExplanationError } from "./explanation-error.js";
import { findWords, groupWords, withoutWords, type Word } from "./words.js";

export interface HidingText extends HidingInput {
  /** The words with what was found out about them; those of long texts by groups. */
  readonly describe: (attribution: Attribution) => { readonly wordImportance: readonly WordImportance[] };
  readonly notices: readonly string[];
}

export interface HideWordsOptions {
  /** How often the model will be asked; four samples at least for each group. */
  readonly samples: number;
  /** How many classes are explained: the more, the fewer words each names. */
  readonly classCount: number;
}

// Results are inlined up to 256 KiB: more words than these, of all classes together, are named by groups.
const maximumEntries = 1_000;
const maximumGroups = 128;
const maximumWordLength = 100;
// What Kernel SHAP counts from when a model refuses a text without words.
const neutralWord = "the";

/**
 * A text whose words can be hidden: they are left out. Neighbouring words of a long text are hidden together, and share the
 * score of their group. Perturbed texts reuse the bytes of the original, in its encoding.
 *
 * @throws ExplanationError when it is no text or has no words.
 */
export function hideWords(items: DataItems, item: string, { samples, classCount }: HideWordsOptions): HidingText {
  const bytes = items[item] ?? new Uint8Array();
  const { text, markBytes, lengthOf } = decode(bytes, item);
  const words = findWords(text);
  if (words.length === 0) throw new ExplanationError(`Data item ${JSON.stringify(item)} has no words to explain.`);
  const groups = groupWords(words, Math.max(4, Math.min(maximumGroups, Math.floor(samples / 4))));
  const { lead, parts } = cut(bytes, markBytes, text, groups, lengthOf);
  // Of the first word of each group.
  let count = 0;
  const indexes = groups.map(({ length }) => (count += length) - length);
  const isNothing = withoutWords(text, words) === ".";
  const isByGroups = words.length * classCount > maximumEntries && groups.length < words.length;
  return {
    size: groups.length,
    whole: items,
    hide(coalition) {
      if (isNothing && !coalition.includes(1)) return [{ ...items, [item]: Uint8Array.of(0x2e) }];
      let length = lead.length;
      parts.forEach(({ shown, hidden }, part) => (length += (coalition[part] === 1 ? shown : hidden).length));
      const result = new Uint8Array(length);
      result.set(lead);
      let at = lead.length;
      parts.forEach(({ shown, hidden }, part) => {
        const piece = coalition[part] === 1 ? shown : hidden;
        result.set(piece, at);
        at += piece.length;
      });
      return [{ ...items, [item]: result }];
    },
    placeholder: {
      items: { ...items, [item]: new TextEncoder().encode(neutralWord) },
      name: `the text ${JSON.stringify(neutralWord)}`,
    },
    describe: ({ scores }) => ({
      wordImportance: isByGroups
        ? groups.map((group, index) => ({
            ...joined(text, group),
            index: indexes[index] ?? 0,
            score: scores[index] ?? 0,
          }))
        : groups.flatMap((group, index) =>
            group.map((word, within) => ({
              ...word,
              word: shorten(word.word),
              index: (indexes[index] ?? 0) + within,
              score: (scores[index] ?? 0) / group.length,
            })),
          ),
    }),
    notices: isByGroups
      ? [`The text has ${words.length} words: each entry is a group of neighbours that were hidden together.`]
      : [],
  };
}

/** The bytes of a text, behind its mark: before the first group, and of each group up to the next, with and without its words. */
function cut(
  bytes: Uint8Array,
  markBytes: number,
  text: string,
  groups: readonly (readonly Word[])[],
  lengthOf: (text: string) => number,
) {
  let [place, at] = [0, markBytes];
  /** The bytes up to a place in the text. */
  const take = (end: number) => {
    const piece = bytes.subarray(at, (at += lengthOf(text.slice(place, end))));
    place = end;
    return piece;
  };
  take(groups[0]?.[0]?.start ?? 0);
  const lead = bytes.subarray(0, at);
  const parts = groups.map((group, index) => {
    const from = at;
    const gaps: Uint8Array[] = [];
    group.forEach(({ end }, word) => {
      take(end);
      gaps.push(take(group[word + 1]?.start ?? groups[index + 1]?.[0]?.start ?? text.length));
    });
    return { shown: bytes.subarray(from, at), hidden: Uint8Array.from(Buffer.concat(gaps)) };
  });
  return { lead, parts };
}

function joined(text: string, group: readonly Word[]): Word {
  const [first, last] = [group[0], group.at(-1)];
  const [start, end] = [first?.start ?? 0, last?.end ?? 0];
  const isShort = end - start <= maximumWordLength;
  const word = isShort ? text.slice(start, end) : `${shorten(first?.word ?? "")} … ${shorten(last?.word ?? "")}`;
  return { word, start, end };
}

function shorten(word: string): string {
  return word.length > maximumWordLength ? `${word.slice(0, maximumWordLength)}…` : word;
}

/**
 * A byte order mark is no part of the text, but stays in front of it. Text that is not UTF-8, but that the model accepted, is read as
 * Windows-1252, which can decode every byte.
 */
function decode(
  bytes: Uint8Array,
  item: string,
): { text: string; markBytes: number; lengthOf: (text: string) => number } {
  try {
    const text = decodeText(bytes);
    return { text, markBytes: bytes.length - withoutMark(bytes).length, lengthOf: (piece) => Buffer.byteLength(piece) };
  } catch (error) {
    if (!(error instanceof TextEncodingError)) throw error;
    if (bytes.includes(0))
      throw new ExplanationError(
        `Data item ${JSON.stringify(item)} ${error.message}, so that it can be split into words.`,
      );
    return { text: new TextDecoder("windows-1252").decode(bytes), markBytes: 0, lengthOf: (piece) => piece.length };
  }
}
