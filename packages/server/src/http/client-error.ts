import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { RequestErrorCode } from "@millrace/contract";
import type { FastifyInstance } from "fastify";
import { errorBody } from "./error-response.js";
import { requestIdHeader } from "./request-id.js";
import { securityHeaders } from "./security-headers.js";

const refusals: Readonly<Record<string, { readonly code: RequestErrorCode; readonly message: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: "request_timeout", message: "The request did not arrive in time. Send it again." },
  HPE_HEADER_OVERFLOW: { code: "headers_too_large", message: "The headers are too large. Remove those not needed." },
};
const otherwise = { code: "invalid_request", message: "The request is not valid HTTP. Check the client." } as const;

/** Responds to malformed HTTP, which reaches no route, with a regular error body. */
export function refuseClientError(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const { code, message } = refusals[error.code ?? ""] ?? otherwise;
  const requestId = randomUUID();
  const body = errorBody(code, { message, requestId, reportErrorUrl: this.reportErrorUrl(code) });
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${body.statusCode} ${STATUS_CODES[body.statusCode]}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(text)}`,
    `${requestIdHeader}: ${requestId}`,
    "connection: close",
    ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
  ];
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${text}`);
  socket.destroy(error);
}
