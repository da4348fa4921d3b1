/** Bytes are no text in UTF-8. The message continues a sentence that begins with what they are: "is UTF-16 text: convert it to UTF-8". */
export class TextEncodingError extends Error {
  override readonly name = "TextEncodingError";
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const utf16 = {
  "utf-16le": new TextDecoder("utf-16le", { fatal: true }),
  "utf-16be": new TextDecoder("utf-16be", { fatal: true }),
} as const;

/**
 * The one way in which Millrace reads a text: UTF-8, without the byte order mark that some editors put in front.
 *
 * @throws TextEncodingError that names UTF-16 and UTF-32, or the first byte that is not UTF-8.
 */
export function decodeText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new TextEncodingError(describeEncoding(bytes));
  }
  // Latin letters in UTF-16 are valid UTF-8 with zeros between them.
  if (text.includes("\0") && (decodeUtf16(bytes) !== undefined || isUtf32(bytes)))
    throw new TextEncodingError(describeEncoding(bytes));
  return text;
}

/** The bytes of a text in UTF-8 without a byte order mark. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/**
 * A text in UTF-16, as Windows programs write it; undefined for everything else. Without a byte order mark it is recognised where most
 * characters are Latin.
 */
export function decodeUtf16(bytes: Uint8Array): string | undefined {
  const order = byteOrder(bytes);
  if (order === undefined || bytes.length % 2 === 1) return undefined;
  try {
    const text = utf16[order].decode(bytes);
    return controlCharacters.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** What bytes are that {@link decodeText} does not take, and what to do, in words that follow "is". */
function describeEncoding(bytes: Uint8Array): string {
  const name = isUtf32(bytes) ? "UTF-32" : decodeUtf16(bytes) === undefined ? undefined : "UTF-16";
  if (name !== undefined) return `is ${name} text: convert it to UTF-8`;
  const at = firstFault(bytes);
  const byte = bytes[at]?.toString(16).toUpperCase().padStart(2, "0");
  return `is not UTF-8 text: byte ${at} is 0x${byte}; convert it to UTF-8`;
}

// What no text has, but files of other kinds do.
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\0-\x08\x0e-\x1a\x1c-\x1f\uFFFE\uFFFF]/;
// Enough of a text to see how its bytes are arranged.
const sampledBytes = 1_024;

function byteOrder(bytes: Uint8Array): keyof typeof utf16 | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const sample = bytes.subarray(0, sampledBytes);
  if (sample.length < 4) return undefined;
  const zeros = [0, 0] as [number, number];
  sample.forEach((byte, at) => (zeros[(at % 2) as 0 | 1] += byte === 0 ? 1 : 0));
  const most = sample.length / 4;
  if (zeros[0] === 0 && zeros[1] > most) return "utf-16le";
  return zeros[1] === 0 && zeros[0] > most ? "utf-16be" : undefined;
}

function isUtf32(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  const isMarked = (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff);
  return isMarked && bytes.length % 4 === 0;
}

/** The place of the first byte that is not UTF-8: where a decoder puts a replacement character that the bytes do not have. */
function firstFault(bytes: Uint8Array): number {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  let [from, at] = [0, 0];
  for (;;) {
    const next = text.indexOf("\uFFFD", from);
    if (next < 0) return at;
    at += encoder.encode(text.slice(from, next)).length;
    if (bytes[at] !== 0xef || bytes[at + 1] !== 0xbf || bytes[at + 2] !== 0xbd) return at;
    at += 3;
    from = next + 1;
  }
}
