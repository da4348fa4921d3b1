/** The parts of a `tokenizer.json` that decide how texts are cut and padded; the library reads the rest. */
export interface TokenizerJson {
  readonly truncation?: { readonly direction?: string } | null;
  readonly padding?: TokenizerPadding | null;
  readonly added_tokens?: readonly { readonly content: string }[];
  readonly normalizer?: TokenizerPart | null;
  readonly pre_tokenizer?: TokenizerPart | null;
  readonly model: TokenizerModel;
}

export interface TokenizerPadding {
  readonly strategy?: "BatchLongest" | { readonly Fixed: number };
  readonly direction?: string;
  readonly pad_to_multiple_of?: number | null;
  readonly pad_id?: number;
  readonly pad_type_id?: number;
}

/** A normalizer or a pre-tokenizer. */
export interface TokenizerPart {
  readonly type: string;
  readonly normalizers?: readonly TokenizerPart[];
  readonly pretokenizers?: readonly TokenizerPart[];
  readonly pattern?: { readonly String?: string; readonly Regex?: string };
}

export interface TokenizerModel {
  readonly type?: string;
  /** Token -> id; in Unigram, tokens with their scores. */
  readonly vocab: Readonly<Record<string, number>> | readonly (readonly [string, number])[];
  /** Only of BPE: two tokens each, in one text with a space between in older files. */
  readonly merges?: readonly (string | readonly string[])[];
  readonly dropout?: number | null;
  readonly byte_fallback?: boolean;
  readonly continuing_subword_prefix?: string | null;
  readonly end_of_word_suffix?: string | null;
}

/** A normalizer or pre-tokenizer, or those of a sequence, however deeply nested. */
export function partsOf(part: TokenizerPart | null | undefined): readonly TokenizerPart[] {
  if (part === null || part === undefined) return [];
  return part.type === "Sequence"
    ? [...(part.normalizers ?? []), ...(part.pretokenizers ?? [])].flatMap(partsOf)
    : [part];
}
