import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { authenticate, SignInError } from "../accounts/authenticate.js";
import type { Caller } from "../accounts/caller.js";

/** Who signed in for a request, or which key failed to. */
export interface SignIn {
  readonly caller?: Caller;
  readonly failedKey?: SignInError["key"];
}

const signIns = new WeakMap<FastifyRequest, SignIn>();

/** Lets only calls with a valid API key through to the routes of `app`. */
export function requireApiKey(app: FastifyInstance, pool: Pool): void {
  app.addHook("onRequest", async (request) => {
    signIns.set(request, { caller: await signIn(pool, request) });
  });
}

async function signIn(pool: Pool, request: FastifyRequest): Promise<Caller> {
  try {
    return await authenticate(pool, request.headers.authorization, teamOf(request));
  } catch (error) {
    if (error instanceof SignInError) signIns.set(request, { failedKey: error.key });
    throw error;
  }
}

function teamOf({ headers }: FastifyRequest): string | undefined {
  const team = headers["modzy-team-id"];
  return typeof team === "string" ? team : undefined;
}

/** Who makes this request. */
export function callerOf(request: FastifyRequest): Caller {
  const { caller } = findSignIn(request);
  if (caller === undefined) throw new Error("A route that needs a caller was registered without authentication.");
  return caller;
}

/** What is known of who makes this request; nothing on routes without authentication. */
export function findSignIn(request: FastifyRequest): SignIn {
  return signIns.get(request) ?? {};
}
