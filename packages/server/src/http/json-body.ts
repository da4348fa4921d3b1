import { checkNames, decodeText, DuplicateName, TextEncodingError } from "@millrace/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { MillraceError } from "../errors/millrace-error.js";
import { jsonDepth, maximumJsonDepth } from "../json/json-depth.js";
import { createTurns } from "../lifecycle/turns.js";

// Parsing and checking a larger body blocks the event loop and takes several times its size in memory.
const largeBytes = 4 * 2 ** 20;

/**
 * Reads JSON bodies. An empty one is no body, as published clients send a JSON content type with every GET, DELETE and
 * close (contract traps T3, T4 and T12). A large one waits until earlier large ones are answered.
 */
export function takeJsonBodies(app: FastifyInstance): void {
  const turns = createTurns();
  const never = new AbortController().signal;
  const leaves = new WeakMap<FastifyRequest, () => void>();
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, bytes: Buffer) => {
      if (bytes.length > largeBytes) leaves.set(request, await turns.enter("large body", 1, never));
      return bytes.length === 0 ? undefined : parse(bytes);
    },
  );
  app.addHook("onSend", async (request) => leaves.get(request)?.());
}

function parse(bytes: Buffer): unknown {
  if (jsonDepth(bytes) > maximumJsonDepth)
    throw new MillraceError(
      "invalid_request",
      `The body is nested too deeply: arrays and objects may have at most ${maximumJsonDepth} levels.`,
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
