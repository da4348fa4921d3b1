import { isUtf8 } from "node:buffer";
import { fileTypeFromBuffer, supportedMimeTypes } from "file-type";
import { InputError } from "./input-error.js";

// Two names of one type.
const aliases: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "image/tif": "image/tiff",
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/vnd.wave": "audio/wav",
  "audio/mp3": "audio/mpeg",
  "application/x-gzip": "application/gzip",
};

/**
 * Detects a data item's type from its content, whatever its name, before a model sees it. Types that cannot be detected from their bytes are accepted.
 *
 * @param accepted the media types that the model declares, "image/*" and "*\/*" among them.
 * @throws InputError naming the data item, what was found and what the model takes.
 */
export async function checkMediaType(name: string, bytes: Uint8Array, accepted: readonly string[]): Promise<void> {
  const types = accepted.map((type) => aliases[type.toLowerCase()] ?? type.toLowerCase());
  if (bytes.byteLength === 0 || types.some((type) => type === "*/*" || type === "application/octet-stream")) return;
  // First, because a text may start with "BM" or "MZ", as pictures and programs do.
  const isText = isUtf8(bytes);
  if (isText && !bytes.includes(0) && types.some(isTextual)) return;
  // Without parameters such as "codecs=opus".
  const found = (await fileTypeFromBuffer(bytes))?.mime.split(";")[0];
  if (found === undefined && isText && types.some(isTextual)) return;
  if (found === undefined ? types.some((type) => !isTextual(type) && !canBeTold(type)) : types.some(matches(found)))
    return;
  const is = found ?? (isText ? "text" : "neither UTF-8 text nor a known kind of file");
  throw new InputError(
    "input.unsupported_media_type",
    `Data item ${JSON.stringify(name)} is ${is}; the model accepts ${accepted.join(", ")}. The type is detected from the content, not the name.`,
  );
}

function isTextual(type: string): boolean {
  return /^text\/|^application\/([\w.-]+\+)?(json|xml|yaml|x-ndjson|x-yaml|javascript)$|\+xml$/.test(type);
}

function canBeTold(type: string): boolean {
  return type.endsWith("/*") || supportedMimeTypes.has(type as never);
}

function matches(found: string): (type: string) => boolean {
  return (type) => type === found || (type.endsWith("/*") && found.startsWith(type.slice(0, -1)));
}
