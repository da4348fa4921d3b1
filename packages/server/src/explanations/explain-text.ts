import type { WordImportance } from "@millrace/contract";
import type { DataItems } from "@millrace/runners";
import { ExplanationError, type Attribution, type HidingInput } from "./coalition.js";
import { findWords, groupWords, withoutWords } from "./words.js";

export interface HidingText extends HidingInput {
  /** The words with what was found out about them. */
  readonly describe: (attribution: Attribution) => { readonly wordImportance: readonly WordImportance[] };
}

/**
 * A text whose words can be hidden: they are left out. Neighbouring words of a long text are hidden together, and share the
 * score of their group.
 *
 * @param samples how often the model will be asked; four samples at least for each group.
 * @throws ExplanationError when it is no UTF-8 or has no words.
 */
export function hideWords(items: DataItems, item: string, samples: number): HidingText {
  const text = decode(items[item] ?? new Uint8Array(), item);
  const words = findWords(text);
  if (words.length === 0) throw new ExplanationError(`Data item ${JSON.stringify(item)} has no words to explain.`);
  const groups = groupWords(words.length, Math.max(4, Math.min(128, Math.floor(samples / 4))));
  return {
    size: groups.length,
    hide(coalition) {
      const hidden = groups.flatMap((group, index) =>
        coalition[index] === 1 ? [] : group.flatMap((word) => words[word] ?? []),
      );
      return [{ ...items, [item]: Buffer.from(withoutWords(text, hidden)) }];
    },
    describe: ({ scores }) => ({
      wordImportance: groups.flatMap((group, index) =>
        group.flatMap((word) => {
          const found = words[word];
          return found === undefined ? [] : [{ ...found, score: (scores[index] ?? 0) / group.length }];
        }),
      ),
    }),
  };
}

function decode(bytes: Uint8Array, item: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ExplanationError(`Data item ${JSON.stringify(item)} is not UTF-8, so its words cannot be told.`);
  }
}
