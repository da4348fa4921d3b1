import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { authenticate } from "../accounts/authenticate.js";
import type { Caller } from "../accounts/caller.js";

const callers = new WeakMap<FastifyRequest, Caller>();

/** Lets only calls with a valid API key through to the routes of `app`. */
export function requireApiKey(app: FastifyInstance, pool: Pool): void {
  app.addHook("onRequest", async (request) => {
    callers.set(request, await authenticate(pool, ...credentialsOf(request)));
  });
}

/** What a request says of who makes it: the key, and the team for which it acts. */
export function credentialsOf({
  headers,
}: FastifyRequest): [authorization: string | undefined, team: string | undefined] {
  const team = headers["modzy-team-id"];
  return [headers.authorization, typeof team === "string" ? team : undefined];
}

/** Who makes this request. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error("A route that needs a caller was registered without authentication.");
  return caller;
}
