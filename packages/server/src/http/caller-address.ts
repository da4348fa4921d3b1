import { isIPv4 } from "node:net";
import type { FastifyRequest } from "fastify";

/** Where a request came from; null when the connection is gone. */
export function addressOf({ ip }: FastifyRequest): string | null {
  // Fastify says that it is a string, and a socket that was closed has none.
  const address = (ip as string | undefined) ?? "";
  const mapped = address.replace(/^::ffff:/i, "");
  return isIPv4(mapped) ? mapped : address || null;
}
