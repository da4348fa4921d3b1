import { isUtf8 } from "node:buffer";
import { decodeText, decodeUtf16, TextEncodingError, withoutMark } from "@millrace/contract";
import { fileTypeFromBuffer, supportedMimeTypes } from "file-type";
import { InputError } from "./input-error.js";
import { hasSoundOnly } from "./media-tracks.js";
import { isOpenContainer, isTextFormat, mediaTypeName, soundTypeOf, typesOf } from "./media-type-names.js";

/**
 * Detects a data item's type from its content, whatever its name, before a model sees it. Types that cannot be detected from their bytes are accepted.
 *
 * @param accepted the media types that the model declares, "image/*" and "*\/*" among them.
 * @returns the bytes for the model: a text as UTF-8 without a byte order mark, everything else unchanged.
 * @throws InputError naming the data item, what was found and what the model takes.
 */
export async function acceptItem(name: string, bytes: Uint8Array, accepted: readonly string[]): Promise<Uint8Array> {
  const types = accepted.map(mediaTypeName);
  if (bytes.byteLength === 0 || types.some((type) => type === "*/*" || type === "application/octet-stream"))
    return bytes;
  const takesText = types.some(isTextual);
  // First, because a text may start with "BM" or "MZ", as pictures and programs do.
  const text = takesText ? toUtf8(bytes) : undefined;
  if (text !== undefined) return text;
  const found = await detect(bytes);
  const takesUnknown = types.some((type) => !isTextual(type) && !canBeTold(type));
  const takes = found.some((type) => types.some((one) => one === type || isAnyOf(one, type)));
  if (takes || (takesUnknown && (found[0] === undefined || isOpenContainer(found[0])))) return bytes;
  if (takesText && found.length === 0 && isUtf8(bytes)) return bytes;
  throw new InputError(
    "input.unsupported_media_type",
    `Data item ${JSON.stringify(name)} ${describe(bytes, found[0], takesText)}; the model accepts ${accepted.join(", ")}. The type is detected from the content, not the name.`,
  );
}

/** A text as UTF-8 without a mark; undefined for what is no text. XML says itself how it is encoded, and keeps that. */
function toUtf8(bytes: Uint8Array): Uint8Array | undefined {
  if (isUtf8(bytes) && !bytes.includes(0)) return withoutMark(bytes);
  const text = decodeUtf16(bytes);
  if (text === undefined) return undefined;
  return text.startsWith("<?xml") ? bytes : new TextEncoder().encode(text);
}

/** The types that a file is, the best known name first; none when its bytes do not tell. */
async function detect(bytes: Uint8Array): Promise<readonly string[]> {
  // Or its mark would be a frame of MP3.
  if (decodeUtf16(bytes) !== undefined || isMarkedUtf32(bytes)) return [];
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  if (found === undefined || (looksLikeText(bytes) && !isTextFormat(found))) return [];
  const sound = soundTypeOf(found);
  return sound !== undefined && hasSoundOnly(bytes) ? [...typesOf(sound), ...typesOf(found)] : typesOf(found);
}

/** A text in UTF-32, least significant byte first, behind its mark; no frame of MP3 begins so. */
function isMarkedUtf32(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xfe && bytes[2] === 0 && bytes[3] === 0 && bytes.length % 4 === 0;
}

function describe(bytes: Uint8Array, found: string | undefined, takesText: boolean): string {
  if (found !== undefined) return `is ${found}`;
  if (decodeUtf16(bytes) !== undefined) return "is UTF-16 text";
  try {
    decodeText(bytes);
    return "is text";
  } catch (error) {
    if (!(error instanceof TextEncodingError)) throw error;
    if (looksLikeText(bytes)) return takesText ? error.message : "is text";
    return error.message.includes("UTF-32") ? error.message : "is neither UTF-8 text nor a known kind of file";
  }
}

// As much of a file as tells whether it is a text.
const lookedAtBytes = 65_536;

/** Whether the bytes have none of the control characters that texts in any encoding lack and files of other kinds have. */
function looksLikeText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, lookedAtBytes).some((byte) => byte < 0x20 && byte !== 0x1b && (byte < 0x09 || byte > 0x0d));
}

function isTextual(type: string): boolean {
  return /^text\/|^application\/([\w.-]+\+)?(json|xml|yaml|x-ndjson|x-yaml|javascript)$|\+xml$/.test(type);
}

const toldTypes: ReadonlySet<string> = new Set(
  Array.from(supportedMimeTypes, String).flatMap((type) => [...typesOf(type), soundTypeOf(type) ?? ""]),
);

function canBeTold(type: string): boolean {
  return type.endsWith("/*") || toldTypes.has(type);
}

function isAnyOf(pattern: string, type: string): boolean {
  return pattern.endsWith("/*") && type.startsWith(pattern.slice(0, -1));
}
