/** A part of a text that can be hidden, with where it is: UTF-16 code units from the beginning, the end not included. */
export interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

// Unicode's word boundaries (UAX 29, with dictionaries) are nearly the same in every locale, so one is fixed.
const segmenter = new Intl.Segmenter("en", { granularity: "word" });
// Emoticons whose mouth is a letter or a slash stand alone: "https:/" has none.
const emoticon = String.raw`[:;=8][-'^]?[()[\]{}*]+|(?<![\p{L}\p{N}])[:;=xX]-?[DdPpOo/\\|3](?![\p{L}\p{N}/])|</?3|\^_?\^`;
const emoji = String.raw`\p{Regional_Indicator}{2}|\p{Extended_Pictographic}[\p{M}\p{Emoji_Modifier}\u{FE0F}]*(?:\u{200D}\p{Extended_Pictographic}[\p{M}\p{Emoji_Modifier}\u{FE0F}]*)*`;
const signs = new RegExp(String.raw`${emoticon}|${emoji}|[!?！？¡¿‽]+`, "gu");
const plainWord = /^[A-Za-z]+$/;

/** The words of a text in any script, and what says as much as they do: emoticons, emoji, runs of exclamation and question marks. */
export function findWords(text: string): Word[] {
  const found: Word[] = [];
  // Piece by piece: the segmenter takes seconds for 80 KB in one.
  for (const { 0: piece, index } of text.matchAll(/\S+/g)) {
    let at = 0;
    for (const { 0: sign, index: place } of plainWord.test(piece) ? [] : piece.matchAll(signs)) {
      addWords(piece.slice(at, place), index + at, found);
      at = place + sign.length;
      found.push({ word: sign, start: index + place, end: index + at });
    }
    addWords(piece.slice(at), index + at, found);
  }
  return found;
}

function addWords(piece: string, start: number, found: Word[]): void {
  if (plainWord.test(piece)) found.push({ word: piece, start, end: start + piece.length });
  else if (piece !== "")
    for (const { segment: word, index, isWordLike } of segmenter.segment(piece))
      if (isWordLike === true) found.push({ word, start: start + index, end: start + index + word.length });
}

/**
 * Adjacent words that are hidden together, so that a long text has no more features than the samples can distinguish.
 *
 * @returns at most `maximum` groups, of nearly the same size.
 */
export function groupWords(words: readonly Word[], maximum: number): (readonly Word[])[] {
  const groups = Math.min(words.length, maximum);
  return Array.from({ length: groups }, (_, group) =>
    words.slice(Math.floor((group * words.length) / groups), Math.floor(((group + 1) * words.length) / groups)),
  );
}

/** The text without some of its words; never nothing, which models refuse: then a full stop. */
export function withoutWords(text: string, hidden: readonly Word[]): string {
  let result = "";
  let at = 0;
  for (const { start, end } of hidden) {
    result += text.slice(at, start);
    at = end;
  }
  result += text.slice(at);
  return result.trim() === "" ? "." : result;
}
