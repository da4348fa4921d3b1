import { isIPv4 } from "node:net";
import type { FastifyRequest } from "fastify";

/** The client's address; null if the connection is gone. */
export function addressOf({ ip }: FastifyRequest): string | null {
  // Typed as a string by Fastify, but a closed socket has none.
  const address = (ip as string | undefined) ?? "";
  const mapped = address.replace(/^::ffff:/i, "");
  return isIPv4(mapped) ? mapped : address || null;
}
