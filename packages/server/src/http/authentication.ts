import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { keyOfAuthorization, SignInError } from "../accounts/authenticate.js";
import type { Caller } from "../accounts/caller.js";
import { createSignIn, type SignIn as CallerSignIn } from "../accounts/sign-in.js";
import type { RequestRates } from "../limits/request-rates.js";
import type { SlowSignIns } from "../limits/slow-sign-ins.js";
import { addressOf } from "./caller-address.js";
import { isReading } from "./is-reading.js";

/** The caller of a request, or the key that failed to sign in. */
export interface SignIn {
  readonly caller?: Caller;
  readonly failedKey?: SignInError["key"];
}

const signIns = new WeakMap<FastifyRequest, SignIn>();

export interface AuthenticationParts {
  readonly pool: Pool;
  readonly slowSignIns: SlowSignIns;
  readonly rates: RequestRates;
}

/** Requires a valid API key on the routes of `app`, and enforces the key's rate limit. */
export function requireApiKey(app: FastifyInstance, parts: AuthenticationParts): void {
  const callers = createSignIn(parts.pool);
  app.addHook("onRequest", async (request) => {
    const caller = await signIn(callers, parts, request);
    signIns.set(request, { caller });
    await parts.rates.admitCaller(caller);
  });
  app.addHook("onSend", async (request) => {
    if (!isReading(request) && !leavesKeys.test(request.routeOptions.url ?? "")) callers.forget();
  });
}

/** The routes whose requests change no key, user, account or project: all others may. */
const leavesKeys = /^\/api\/(jobs|results)(\/|$)/;

async function signIn(
  callers: CallerSignIn,
  { slowSignIns }: AuthenticationParts,
  request: FastifyRequest,
): Promise<Caller> {
  const { authorization } = request.headers;
  const prefix = keyOfAuthorization(authorization ?? "")?.prefix;
  const address = addressOf(request);
  // Without a key there is nothing to guess.
  const attempt =
    authorization === undefined || prefix === undefined ? undefined : { authorization, prefix, address: address ?? "" };
  if (attempt !== undefined) slowSignIns.begin(attempt);
  try {
    const caller = await callers.authenticate(...credentialsOf(request));
    if (attempt !== undefined) slowSignIns.succeed(attempt);
    return caller;
  } catch (error) {
    const isWrong = error instanceof SignInError;
    if (isWrong) signIns.set(request, { failedKey: error.key });
    if (attempt !== undefined) slowSignIns[isWrong ? "fail" : "abandon"](attempt);
    throw error;
  }
}

/** What a request says about its caller: the key and the team. */
export function credentialsOf({
  headers,
}: FastifyRequest): [authorization: string | undefined, team: string | undefined] {
  const team = headers["modzy-team-id"];
  return [headers.authorization, typeof team === "string" ? team : undefined];
}

/** The caller of this request. */
export function callerOf(request: FastifyRequest): Caller {
  const { caller } = findSignIn(request);
  if (caller === undefined) throw new Error("A route that needs a caller was registered without authentication.");
  return caller;
}

/** What is known about the caller of this request; nothing on routes without authentication. */
export function findSignIn(request: FastifyRequest): SignIn {
  return signIns.get(request) ?? {};
}
