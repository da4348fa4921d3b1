import type { FastifyInstance } from "fastify";
import { MillraceError } from "../errors/millrace-error.js";

/**
 * Reads JSON bodies. An empty one is no body, as published clients send a JSON content type with every GET, DELETE and
 * close (contract traps T3, T4 and T12).
 */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, text, done) => {
    if (text.length === 0) {
      done(null, undefined);
      return;
    }
    try {
      done(null, JSON.parse(text as string));
    } catch {
      // The parser's own message quotes the text around the fault, which may be a secret.
      done(
        new MillraceError(
          "invalid_request",
          `The body (${text.length} characters) is not valid JSON: check quotes, commas, brackets and its end.`,
        ),
      );
    }
  });
}
