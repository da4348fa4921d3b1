import type { FastifyReply, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { authenticate } from "../accounts/authenticate.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { Log } from "../telemetry/log.js";
import { credentialsOf } from "./authentication.js";

/** Ends long-lived responses when their key is no longer valid: disabled, expired, rotated, or its user disabled. */
export interface KeyWatch {
  /** Aborted when the client disconnects, or with a MillraceError when its key is refused. */
  during(request: FastifyRequest, reply: FastifyReply): AbortSignal;
}

// How often keys are checked; one query per key, however many responses are open.
const lookIntervalMs = 2_000;

export function createKeyWatch({ pool, log }: { readonly pool: Pool; readonly log: Log }): KeyWatch {
  const watched = new Map<string, { readonly request: FastifyRequest; readonly ends: Set<AbortController> }>();
  let timer: NodeJS.Timeout | undefined;

  const look = async () => {
    for (const { request, ends } of watched.values()) {
      try {
        await authenticate(pool, ...credentialsOf(request));
      } catch (error) {
        if (error instanceof MillraceError) for (const end of ends) end.abort(error);
        else log.warn({ err: error }, "keys of open answers could not be checked; trying again");
      }
    }
    timer = undefined;
    schedule();
  };
  const schedule = () => {
    if (watched.size > 0) timer ??= setTimeout(() => void look(), lookIntervalMs).unref();
  };

  return {
    during(request, reply) {
      const id = JSON.stringify(credentialsOf(request));
      const found = watched.get(id) ?? { request, ends: new Set() };
      watched.set(id, found);
      const end = new AbortController();
      found.ends.add(end);
      reply.raw.once("close", () => {
        end.abort();
        found.ends.delete(end);
        if (found.ends.size === 0) watched.delete(id);
      });
      schedule();
      return end.signal;
    },
  };
}
