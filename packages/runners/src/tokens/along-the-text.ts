import { partsOf, type TokenizerJson, type TokenizerPart } from "./tokenizer-json.js";

// Each changes or separates a piece of a text for what stands in or right beside it.
const normalizers = new Set([
  "BertNormalizer",
  "ByteLevel",
  "Lowercase",
  "NFC",
  "NFD",
  "NFKC",
  "NFKD",
  "Nmt",
  "Precompiled",
  "Prepend",
  "Replace",
  "Strip",
  "StripAccents",
]);
const preTokenizers = new Set([
  "BertPreTokenizer",
  "ByteLevel",
  "CharDelimiterSplit",
  "Digits",
  "FixedLength",
  "Metaspace",
  "Punctuation",
  "Split",
  "UnicodeScripts",
  "Whitespace",
  "WhitespaceSplit",
]);

/**
 * Expressions of published tokenizers that match one run of similar characters after the other. Others might look ahead to the end of
 * the text.
 */
const runs = new Set([
  " {2,}",
  "\\s+",
  "\\s",
  "\\d",
  "\\p{N}",
  "\\p{N}{1,3}",
  "[\\r\\n]",
  "[0-9][0-9][0-9]",
  "[0-9]",
  // DeepSeek, BLOOM.
  "\\s?\\p{L}+",
  "\\s?\\p{P}+",
  "[一-龥ࠀ-一가-퟿]+",
  " ?[^(\\s|[.,!?…。，、।۔،])]+",
  // GPT-2, CLIP.
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
  // Llama 3, Qwen 2.
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
]);

/** Of tokens and patterns with a text of their own, in code units. */
const longestText = 256;

/**
 * Whether a tokenizer works from the start of a text to its end, so that what comes later in a text changes nothing far before it.
 * False when that is not known.
 */
export function readsAlongTheText(configuration: TokenizerJson): boolean {
  const { added_tokens: added = [], normalizer, pre_tokenizer: preTokenizer } = configuration;
  return (
    added.every(({ content }) => content.length <= longestText) &&
    partsOf(normalizer).every((part) => normalizers.has(part.type) && isLocal(part)) &&
    partsOf(preTokenizer).every((part) => preTokenizers.has(part.type) && isLocal(part))
  );
}

function isLocal({ pattern }: TokenizerPart): boolean {
  if (typeof pattern !== "object") return true;
  if (pattern.Regex !== undefined) return runs.has(pattern.Regex);
  return pattern.String !== undefined && pattern.String.length <= longestText;
}
