import type { FastifyInstance, FastifyReply } from "fastify";
import type { AuditLog } from "../audit/audit-log.js";
import { asError, MillraceError } from "../errors/millrace-error.js";
import { JsonText } from "../json/json-text.js";
import { findSignIn } from "./authentication.js";
import { addressOf } from "./caller-address.js";
import { errorCodeOf } from "./error-response.js";
import { isReading } from "./is-reading.js";

const refusedStatusCodes: ReadonlySet<number> = new Set([401, 403, 429]);

/**
 * Writes an audit entry for every route of `app`, including future ones: for a change before the response, so that no
 * acknowledged change is missing; for refusals and failed changes within seconds.
 */
export function recordActions(app: FastifyInstance, audit: AuditLog): void {
  const created = new WeakMap<FastifyReply, Record<string, string>>();

  app.addHook("preSerialization", async (request, reply, payload) => {
    if (reply.statusCode === 201 && !isReading(request)) created.set(reply, createdIdentifiers(payload));
    return payload;
  });

  app.addHook("onSend", async (request, reply) => {
    const { url } = request.routeOptions;
    const { statusCode } = reply;
    const isChange = !isReading(request) && url !== undefined;
    if (!isChange && !refusedStatusCodes.has(statusCode)) return;
    const { caller, failedKey } = findSignIn(request);
    const entry = {
      accountIdentifier: caller?.accountIdentifier ?? failedKey?.accountIdentifier ?? null,
      userIdentifier: caller?.userIdentifier ?? null,
      accessKey: caller?.accessKey ?? failedKey?.prefix ?? null,
      action: `${request.method} ${url ?? "an unknown route"}`,
      target: { ...identifiers(Object.entries(request.params ?? {})), ...created.get(reply) },
      address: addressOf(request),
      statusCode,
      code: errorCodeOf(reply) ?? null,
      requestId: request.id,
      count: 1,
    };
    if (statusCode >= 400) {
      audit.refuse(entry);
      return;
    }
    await audit.record(entry).catch((error: unknown) => {
      request.log.error(
        { err: asError(error), action: entry.action },
        "a change could not be written to the audit log",
      );
      throw new MillraceError(
        "unavailable",
        "The change was made, but could not be written to the audit log as the database does not respond. Read the resource again before you repeat it.",
        { cause: error },
      );
    });
  });
}

const longestIdentifier = 200;
/** Response fields that identify what was created. */
const identifierFields = ["identifier", "jobIdentifier", "prefix", "version"] as const;

function createdIdentifiers(payload: unknown): Record<string, string> {
  const fields = (payload instanceof JsonText ? payload.identifiers : (payload ?? {})) as Readonly<
    Record<string, unknown>
  >;
  return identifiers(identifierFields.map((name) => [name, fields[name]]));
}

function identifiers(named: readonly (readonly [string, unknown])[]): Record<string, string> {
  const texts = named.flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : []));
  // PostgreSQL cannot store NUL, and entries must stay short.
  return Object.fromEntries(
    texts.map(([name, text]) => [name, text.slice(0, longestIdentifier).replaceAll("\0", "\uFFFD")]),
  );
}
