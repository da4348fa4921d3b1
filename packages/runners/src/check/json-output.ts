import { describeNonFinite, findNonFinite } from "./finite-numbers.js";

/** Whether an output of that media type is JSON. */
export function isJsonMediaType(mediaType: string): boolean {
  return /^application\/(json|[\w.+-]+\+json)\b/i.test(mediaType);
}

/**
 * The bytes of an output in JSON, or an Error for an answer that JSON cannot hold: `JSON.stringify` would write null for NaN and Infinity, and
 * the input would succeed without its scores.
 */
export function encodeJsonOutput(name: string, value: unknown, model = "the model"): Uint8Array | Error {
  let text: string | undefined;
  try {
    text = JSON.stringify(value) as string | undefined;
  } catch {
    text = undefined;
  }
  if (text === undefined) return new Error(`Output ${JSON.stringify(name)} of ${model} cannot be written as JSON.`);
  const found = findNonFinite(value);
  if (found !== undefined) return new Error(describeNonFinite(found.value, name, `at ${found.path}`));
  return new TextEncoder().encode(text);
}
