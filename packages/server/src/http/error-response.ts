import { STATUS_CODES } from "node:http";
import { ErrorBody } from "@millrace/contract";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { isDatabaseOutage } from "../database/outage.js";
import { BlobStoreError } from "../storage/blob-store.js";
import { asError, MillraceError } from "../errors/millrace-error.js";

const reportErrorUrl = "https://github.com/millrace/millrace/issues";

/** The body of an error, as every client decodes it. */
export function errorBody(statusCode: number, message: string): ErrorBody {
  return { statusCode, status: STATUS_CODES[statusCode] ?? "Error", message, reportErrorUrl };
}

/** The one place where errors become HTTP. Faults of our own are logged and told without their insides. */
export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode, message } = translate(asError(thrown), request);
  if (statusCode >= 500)
    request.log.error({ err: thrown, method: request.method, route: request.routeOptions.url }, "request failed");
  if (statusCode === 401) void reply.header("www-authenticate", "ApiKey");
  if (statusCode === 503) void reply.header("retry-after", "2");
  return reply
    .code(statusCode)
    .type("application/json; charset=utf-8")
    .send(JSON.stringify(errorBody(statusCode, message)));
}

function translate(
  error: Error & Partial<FastifyError>,
  request: FastifyRequest,
): { statusCode: number; message: string } {
  if (error instanceof MillraceError) return { statusCode: error.statusCode, message: error.message };
  if (error instanceof BlobStoreError) return { statusCode: error.isMissing ? 404 : 503, message: error.message };
  if (isDatabaseOutage(error)) {
    return {
      statusCode: 503,
      message: "The database does not answer at the moment; nothing was accepted. Try again in some seconds.",
    };
  }
  switch (error.code) {
    // PostgreSQL: character_not_in_repertoire
    case "22021":
      return {
        statusCode: 400,
        message: "A text in the request has the character NUL, or is not valid UTF-8: remove it.",
      };
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return {
        statusCode: 413,
        message: `The body is too large: ${request.headers["content-length"] ?? "it"} bytes; put the files into a bucket, or split the job.`,
      };
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return {
        statusCode: 415,
        message: `The content type ${JSON.stringify(request.headers["content-type"] ?? "")} is not taken here; send application/json.`,
      };
    default:
  }
  const statusCode = error.statusCode ?? 500;
  if (statusCode < 500) return { statusCode, message: error.message || "The request is not valid." };
  return {
    statusCode: 500,
    message: "The server has a fault; it is in its log. Try again, and report it if it stays.",
  };
}

/**
 * The error responses of a route, for its documentation. Any address can hold what is no text (400), a caller who must show a key
 * (401) may also lack a right (403), and the database may be away (503).
 */
export function errorResponses<Status extends number>(...statuses: Status[]): Record<Status, typeof ErrorBody> {
  const all = new Set<number>([...statuses, 400, 503]);
  if (all.has(401)) all.add(403);
  return Object.fromEntries([...all].map((status) => [status, ErrorBody])) as Record<Status, typeof ErrorBody>;
}
