import { checkNames, decodeText, DuplicateName, TextEncodingError } from "@millrace/contract";
import { MillraceError } from "../errors/millrace-error.js";
import { jsonShape, maximumJsonDepth, maximumJsonNodes } from "./json-shape.js";

/**
 * Parses the body of a request; `namesOf` knows the order of its names.
 *
 * @throws MillraceError `invalid_request` for what is not JSON in UTF-8, is nested too deeply, or has a name twice.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const { depth, nodes } = jsonShape(bytes);
  if (depth > maximumJsonDepth)
    throw new MillraceError(
      "invalid_request",
      `The body is nested too deeply: arrays and objects may have at most ${maximumJsonDepth} levels.`,
    );
  if (nodes > maximumJsonNodes)
    throw new MillraceError(
      "invalid_request",
      `The body has ${nodes} arrays and objects: at most ${maximumJsonNodes} are allowed. Split it.`,
    );
  try {
    const text = decodeText(bytes);
    const value: unknown = JSON.parse(text);
    checkNames(text, value);
    return value;
  } catch (error) {
    if (error instanceof DuplicateName) throw duplicateName(error);
    if (error instanceof TextEncodingError)
      throw new MillraceError("invalid_request", `The body (${bytes.length} bytes) ${error.message}.`);
    // The parser's own message quotes the text around the fault, which may be a secret.
    throw new MillraceError(
      "invalid_request",
      `The body (${bytes.length} bytes) is not valid JSON: check quotes, commas, brackets and its end.`,
    );
  }
}

/** Which of the two was meant is not known, and parsers differ. */
function duplicateName({ path, duplicate }: DuplicateName): MillraceError {
  const cut = (name: string) => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  const place = path.length === 0 ? "The body" : `The object at ${path.slice(0, 8).map(cut).join(", ")} of the body`;
  return new MillraceError("invalid_request", `${place} has the name ${cut(duplicate)} twice: send each name once.`);
}
