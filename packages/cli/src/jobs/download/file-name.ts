import { createHash } from "node:crypto";

/** What a file system may not take, or take for something else: separators, wildcards, controls, marks of writing direction. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029/\\:*?"<>|]/gu;
/** Devices on Windows, whatever their extension. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Most file systems take 255 bytes; the rest is for a mark and `.part`. */
const longestBytes = 200;
const hashCharacters = 10;

/**
 * A file name for a name that others chose: it stays in its folder, has no character that steers a terminal, fits, and is like the
 * original. Names that had to be changed get a mark of the original, so that two of them are not the same.
 */
export function safeFileName(name: string): string {
  const replaced = name
    .normalize("NFC")
    .replace(unsafe, "_")
    .replace(/^[.\s-]+/, "_");
  // Windows drops dots and spaces at the end.
  const ended = /[.\s]$/.test(replaced) ? `${replaced.slice(0, -1)}_` : replaced;
  const safe = device.test(ended) ? `_${ended}` : ended;
  const isAsBefore = safe === name && safe !== "" && Buffer.byteLength(safe) <= longestBytes;
  return isAsBefore ? safe : markedFileName(safe, name);
}

/** A file name with a mark of the original before its extension: `a~5e8848f1d2.txt`. */
export function markedFileName(safe: string, original: string): string {
  const [, stem = "", extension = ""] = /^(.*?)(\.[A-Za-z0-9]{1,10})?$/su.exec(safe) ?? [];
  const mark = createHash("sha256").update(original).digest("hex").slice(0, hashCharacters);
  return `${shorten(stem, longestBytes - extension.length - mark.length - 1)}~${mark}${extension}`;
}

/** Names that differ only in case or Unicode form are the same file on some file systems. */
export function foldedName(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase();
}

/** The longest start of a text that has at most so many bytes, without half a character. */
function shorten(text: string, bytes: number): string {
  let length = 0;
  let end = 0;
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
