import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { FastifyInstance, FastifyRequest } from "fastify";

// A client that is still sending when its connection closes may lose the response, so its data is discarded for this long first.
const lingerMs = 2_000;

/**
 * An answer that is given before the whole body has come ends the connection: its client must not hold it by a body that nobody
 * reads.
 */
export function endEarlyAnswered(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    if (!hasBody(request) || request.raw.complete) return payload;
    void reply.header("connection", "close");
    if (typeof payload !== "string") return payload;
    void reply.header("content-length", Buffer.byteLength(payload));
    return Readable.from(lingering(payload, request.raw), { objectMode: false });
  });
}

/** Whether the head of a request announces a body (RFC 9112, section 6.3). */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

async function* lingering(payload: string, rest: FastifyRequest["raw"]): AsyncGenerator<string> {
  yield payload;
  rest.unpipe();
  rest.resume();
  await finished(rest, { signal: AbortSignal.timeout(lingerMs) }).catch(() => undefined);
}
