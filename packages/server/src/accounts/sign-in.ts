import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Database } from "../database/transaction.js";
import { authenticate } from "./authenticate.js";
import type { Caller } from "./caller.js";

/** Identifies callers, and remembers them for a moment: a client sends many requests in a row. */
export interface SignIn {
  /** @throws MillraceError as `authenticate` does. */
  authenticate(authorization: string | undefined, teamIdentifier: string | undefined): Promise<Caller>;
  /** To be called when a key, its user, its account or its project may have changed, before that is answered. */
  forget(): void;
}

// How long another process accepts a key after it was revoked here.
const keptMs = 1_000;
const mostKept = 10_000;

export function createSignIn(database: Database): SignIn {
  const callers = new LRUCache<string, Caller>({ max: mostKept, ttl: keptMs });
  let changes = 0;
  return {
    async authenticate(authorization, teamIdentifier) {
      const credentials = digest(authorization, teamIdentifier);
      const known = callers.get(credentials);
      if (known !== undefined && (known.expiresAt === null || known.expiresAt > new Date())) return known;
      const changesBefore = changes;
      const caller = await authenticate(database, authorization, teamIdentifier);
      // What was read before a change must not be remembered after it.
      if (changes === changesBefore) callers.set(credentials, caller);
      return caller;
    },
    forget() {
      changes += 1;
      callers.clear();
    },
  };
}

/** Secrets are not kept. */
function digest(...credentials: (string | undefined)[]): string {
  return createHash("sha256").update(JSON.stringify(credentials)).digest("base64");
}
