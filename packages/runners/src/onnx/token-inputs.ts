import type { TextEncoding } from "../tokens/encode-text.js";
import type { Padding } from "../tokens/padding.js";

/** The tokens of one text, as a model sees them. */
export interface TextTokens extends TextEncoding {
  /** Whether padding goes before them instead of after. */
  readonly padsLeft: boolean;
}

/** What an input has for a token, and for one of padding. */
interface TokenNumbers {
  readonly of: (text: TextTokens, place: number) => number;
  readonly padding: (padding: Padding) => number;
}

/** The inputs that a tokenizer can give a model, by the names that all exporters use. */
export const tokenNumbers = {
  input_ids: { of: ({ ids }, place) => ids[place] ?? 0, padding: ({ id = 0 }) => id },
  attention_mask: { of: () => 1, padding: () => 0 },
  token_type_ids: { of: ({ typeIds }, place) => typeIds[place] ?? 0, padding: ({ typeId }) => typeId },
  position_ids: { of: (_text, place) => place, padding: () => 0 },
} as const satisfies Record<string, TokenNumbers>;
export const tokenInputs: readonly string[] = Object.keys(tokenNumbers);
