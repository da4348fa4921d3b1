import { STATUS_CODES } from "node:http";
import { ErrorBody, requestErrorCodes, requestErrors, type RequestErrorCode } from "@millrace/contract";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { isDatabaseOutage } from "../database/outage.js";
import { describeFullDisk } from "../errors/full-disk.js";
import { BlobStoreError } from "../storage/blob-store.js";
import { LimitError } from "../errors/limit-error.js";
import { asError, MillraceError } from "../errors/millrace-error.js";
import { maskSecrets } from "../errors/secret-values.js";
import { shortMessage } from "../errors/short-message.js";
import { requestIdHeader } from "./request-id.js";
import { securityHeaders } from "./security-headers.js";

/** The body of an error, as every client decodes it. */
export function errorBody(
  code: RequestErrorCode,
  { message, requestId, reportErrorUrl }: Pick<ErrorBody, "message" | "requestId" | "reportErrorUrl">,
): ErrorBody {
  const { statusCode } = requestErrors[code];
  return { statusCode, status: STATUS_CODES[statusCode] ?? "Error", code, message, requestId, reportErrorUrl };
}

const codes = new WeakMap<FastifyReply, RequestErrorCode>();

/** The code of the error that a response reports, if it does. */
export function errorCodeOf(reply: FastifyReply): RequestErrorCode | undefined {
  return codes.get(reply);
}

/** The one place where errors become HTTP. Internal errors are logged, and reported without details. */
export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message } = translate(asError(thrown), request);
  const reportErrorUrl = request.server.reportErrorUrl(code, request);
  const body = errorBody(code, { message: shortMessage(maskSecrets(message)), requestId: request.id, reportErrorUrl });
  codes.set(reply, code);
  if (body.statusCode >= 500 && !(thrown instanceof MillraceError))
    request.log.error({ err: thrown, method: request.method, route: request.routeOptions.url }, "request failed");
  if (code === "unauthenticated") void reply.header("www-authenticate", "ApiKey");
  if (thrown instanceof LimitError) void reply.header("retry-after", String(thrown.retryAfterSeconds));
  if (code === "unavailable") void reply.header("retry-after", "2");
  return (
    reply
      .code(body.statusCode)
      // An unroutable URL gets here without any hooks.
      .headers({ ...securityHeaders, [requestIdHeader]: request.id })
      .type("application/json; charset=utf-8")
      .send(JSON.stringify(body))
  );
}

interface Refusal {
  readonly code: RequestErrorCode;
  readonly message: string;
}

function translate(error: Error & Partial<FastifyError>, request: FastifyRequest): Refusal {
  if (error instanceof MillraceError) return { code: error.code, message: error.message };
  if (error instanceof BlobStoreError)
    return { code: error.isMissing ? "not_found" : "unavailable", message: error.message };
  const full = describeFullDisk(error);
  if (full !== undefined) return { code: "unavailable", message: `${full} Nothing was changed.` };
  if (isDatabaseOutage(error))
    return {
      code: "unavailable",
      message: "The database does not respond; nothing was changed. Try again in a few seconds.",
    };
  switch (error.code) {
    // PostgreSQL: character_not_in_repertoire, untranslatable_character
    case "22021":
    case "22P05":
      return {
        code: "invalid_request",
        message: "A string in the request contains the character NUL or is not valid UTF-8: remove it.",
      };
    // program_limit_exceeded: of an index, among others; string_data_right_truncation
    case "54000":
    case "22001":
      return {
        code: "invalid_request",
        message: "A name or text in the request is too long to be stored: shorten it.",
      };
    // numeric_value_out_of_range, datetime_field_overflow
    case "22003":
    case "22008":
      return { code: "invalid_request", message: "A number or date in the request is out of range: correct it." };
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return {
        code: "unsupported_media_type",
        message: `Unsupported content type ${JSON.stringify(request.headers["content-type"] ?? "")}. Send application/json.`,
      };
    default:
  }
  if (error.statusCode !== undefined && error.statusCode < 500)
    return { code: codeOfStatus(error.statusCode), message: error.message || "The request is not valid." };
  return {
    code: "internal",
    message: "An internal error; see the server log. Try again, and report it if it persists.",
  };
}

/** For the errors of Fastify. */
function codeOfStatus(statusCode: number): RequestErrorCode {
  return requestErrorCodes.find((code) => requestErrors[code].statusCode === statusCode) ?? "invalid_request";
}

/**
 * The error responses of a route, for its documentation. Any path can hold something that is not text (400), a caller who needs a key
 * (401) may also lack a right (403), any caller may exceed a rate (429), and the database may be unavailable (503).
 */
export function errorResponses<Status extends number>(...statuses: Status[]): Record<Status, typeof ErrorBody> {
  const all = new Set<number>([...statuses, 400, 429, 503]);
  if (all.has(401)) all.add(403);
  return Object.fromEntries([...all].map((status) => [status, ErrorBody])) as Record<Status, typeof ErrorBody>;
}
