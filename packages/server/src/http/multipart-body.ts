import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { boundedByBody } from "@millrace/contract";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { MillraceError } from "../errors/millrace-error.js";

/** The parts of a multipart body, by name; their file names and types are not trusted. */
export type MultipartBody = ReadonlyMap<string, Buffer>;

/** A part of bytes, as the documentation of a route shows it. */
export const binaryPart = Type.Unsafe<unknown>({ ...boundedByBody, type: "string", format: "binary" });

/**
 * The bytes of one part of a body that {@link takeMultipartBodies} read.
 *
 * @throws MillraceError `invalid_request` naming the parts found.
 */
export function requirePart(body: unknown, name: string): Buffer {
  const parts: MultipartBody | undefined = body instanceof Map ? body : undefined;
  const bytes = parts?.get(name);
  if (bytes !== undefined) return bytes;
  const found =
    parts === undefined
      ? "no multipart body"
      : [...parts.keys()].map((key) => JSON.stringify(key)).join(", ") || "none";
  throw new MillraceError("invalid_request", `The body has no part named ${JSON.stringify(name)}: found ${found}.`);
}

const maximumParts = 16;

/**
 * Reads multipart bodies, also those that a published client calls `multipart/mixed` (contract trap T5). Parts may come
 * with or without a file name and a type (T6).
 */
export function takeMultipartBodies(app: FastifyInstance): void {
  app.addContentTypeParser(/^multipart\//i, (request, payload, done) => {
    const parts = new Map<string, Buffer>();
    let isAnswered = false;
    const answer = (error: MillraceError | null, body?: MultipartBody) => {
      if (isAnswered) return;
      isAnswered = true;
      done(error, body);
    };
    const refuse = (message: string) => answer(new MillraceError("invalid_request", message));
    let parser: BusboyInstance;
    try {
      const type = (request.headers["content-type"] ?? "").replace(/^multipart\/[^;]*/i, "multipart/form-data");
      // The route limits the whole body.
      const limits = { parts: maximumParts };
      // Every part as a file: a part without a file name is a stream of bytes as well, not text to be decoded.
      parser = new Busboy({ headers: { "content-type": type }, limits, isPartAFile: () => true });
    } catch (error) {
      refuse(`The multipart body cannot be read (${(error as Error).message}): send a boundary in the content type.`);
      return;
    }
    const giveUp = (error: unknown) => {
      payload.unpipe(parser);
      payload.resume();
      if (error instanceof MillraceError) answer(error);
      refuse(
        `The multipart body is malformed (${error instanceof Error ? error.message : "unknown error"}): send it again.`,
      );
    };
    const names = new Set<string>();
    // The library's types do not say that a part may have no name.
    parser.on("file", (name: string | undefined, stream) => {
      stream.on("error", giveUp);
      if (name === undefined) {
        refuse('The multipart body has a part without a name: send it as form-data; name="...".');
        stream.resume();
        return;
      }
      if (names.has(name))
        refuse(`The multipart body has the part ${JSON.stringify(name.slice(0, 60))} twice: send it once.`);
      names.add(name);
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => parts.set(name, Buffer.concat(chunks)));
    });
    parser.on("error", giveUp);
    payload.on("error", giveUp);
    parser.on("finish", () => answer(null, parts));
    payload.pipe(parser);
  });
}
