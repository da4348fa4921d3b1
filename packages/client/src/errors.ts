import type { RequestErrorCode } from "./contract.js";

/** Everything that this SDK throws is one of these, but for the reason of a signal that you aborted yourself. */
export class MillraceError extends Error {
  override readonly name: string = "MillraceError";
}

/** Details of an error response besides its status and message. */
export interface ApiErrorDetails {
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** The server returned an error. The message is the server's own and says what to do. */
export class ApiError extends MillraceError {
  override readonly name: string = "ApiError";
  /** What went wrong, such as `not_found`; undefined if the response is not from Millrace. A newer server may send codes that this SDK does not list. */
  readonly code: RequestErrorCode | (string & {}) | undefined;
  /** Names the request in the server's log; undefined when the response has none. */
  readonly requestId: string | undefined;
  /** Milliseconds after which the server asks to try again; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    /** The HTTP status, 400 or more. */
    readonly statusCode: number,
    details: ApiErrorDetails = {},
  ) {
    super(message);
    this.code = details.code;
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** 400: something in the request is not valid; the message names the field. */
export class BadRequestError extends ApiError {
  override readonly name = "BadRequestError";
}

/** 401: no API key, or one that the server does not know. */
export class UnauthorizedError extends ApiError {
  override readonly name = "UnauthorizedError";
}

/** 403: the key may not do this. */
export class ForbiddenError extends ApiError {
  override readonly name = "ForbiddenError";
}

/** 404: your account has no such job, model, input or output. */
export class NotFoundError extends ApiError {
  override readonly name = "NotFoundError";
}

/** 409: the request conflicts with existing data. */
export class ConflictError extends ApiError {
  override readonly name = "ConflictError";
}

/** 413: the body is larger than the server takes. */
export class PayloadTooLargeError extends ApiError {
  override readonly name = "PayloadTooLargeError";
}

/** 422: the request is well-formed, and cannot be processed. */
export class UnprocessableError extends ApiError {
  override readonly name = "UnprocessableError";
}

/** 429: too many requests; the client has already retried. */
export class RateLimitedError extends ApiError {
  override readonly name = "RateLimitedError";
}

/** 5xx: the server or one of its dependencies failed; the client has already retried where that is safe. */
export class ServerError extends ApiError {
  override readonly name = "ServerError";
}

/** No answer came: no such host, connection refused or broken, or an answer that could not be read. */
export class ConnectionError extends MillraceError {
  override readonly name = "ConnectionError";
}

/** The request or wait took longer than its `timeoutMs`. */
export class TimeoutError extends MillraceError {
  override readonly name = "TimeoutError";
}

const errorClasses: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  413: PayloadTooLargeError,
  422: UnprocessableError,
  429: RateLimitedError,
};

/** The error of a status code. */
export function apiError(statusCode: number, message: string, details: ApiErrorDetails): ApiError {
  const ErrorClass = errorClasses[statusCode] ?? (statusCode >= 500 ? ServerError : ApiError);
  return new ErrorClass(message, statusCode, details);
}
