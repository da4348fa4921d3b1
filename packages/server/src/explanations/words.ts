/** A word of a text, with where it is: UTF-16 code units from the beginning, the end not included. */
export interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Letters and digits of any script, with marks and apostrophes inside; each ideograph is one word. */
const wordPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’-][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;

export function findWords(text: string): Word[] {
  return Array.from(text.matchAll(wordPattern), ({ 0: word, index }) => ({
    word,
    start: index,
    end: index + word.length,
  }));
}

/**
 * Neighbouring words that are hidden together, so that a long text has no more features than can be told apart.
 *
 * @returns at most `maximum` groups of word indexes, of nearly the same size.
 */
export function groupWords(count: number, maximum: number): number[][] {
  const groups = Math.min(count, maximum);
  return Array.from({ length: groups }, (_, group) => {
    const [first, next] = [Math.floor((group * count) / groups), Math.floor(((group + 1) * count) / groups)];
    return Array.from({ length: next - first }, (_, offset) => first + offset);
  });
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
