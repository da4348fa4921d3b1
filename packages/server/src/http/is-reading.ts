import type { FastifyRequest } from "fastify";

const readingMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a request changes nothing, by its method. */
export function isReading({ method }: FastifyRequest): boolean {
  return readingMethods.has(method);
}
