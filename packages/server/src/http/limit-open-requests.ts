import type { FastifyInstance } from "fastify";
import { MillraceError } from "../errors/millrace-error.js";
import { callerOf } from "./authentication.js";

/** Limits the open requests of one API key. */
export function limitOpenRequests(app: FastifyInstance, maximum: number): void {
  const open = new Map<string, number>();
  app.addHook("onRequest", async (request, reply) => {
    const { accessKey } = callerOf(request);
    const count = (open.get(accessKey) ?? 0) + 1;
    if (count > maximum)
      throw new MillraceError(
        "unavailable",
        `The API key ${accessKey} has ${maximum} open requests, as many as it may: wait for one of them to end.`,
      );
    open.set(accessKey, count);
    reply.raw.once("close", () => {
      const rest = (open.get(accessKey) ?? 1) - 1;
      if (rest > 0) open.set(accessKey, rest);
      else open.delete(accessKey);
    });
  });
}
