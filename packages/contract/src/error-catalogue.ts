/** What the documentation of a code says; every error that Millrace reports has one of these codes. */
export interface CatalogueEntry {
  /** What happened. */
  readonly meaning: string;
  /** What the caller can do about it. */
  readonly advice: string;
  /** Whether the same request, or the same input, may succeed later without a change. */
  readonly isRetryable: boolean;
}

interface RequestErrorEntry extends CatalogueEntry {
  /** The HTTP status of the response. */
  readonly statusCode: number;
}

/** Why a request was refused. Codes are never renamed or removed; new ones may be added. */
export const requestErrors = {
  invalid_request: {
    statusCode: 400,
    meaning: "A field, a parameter or a header of the request is not valid.",
    advice: "The message names the field, what was found and what is expected. Correct it.",
    isRetryable: false,
  },
  unauthenticated: {
    statusCode: 401,
    meaning: "The request has no API key, or one that is unknown or inactive.",
    advice: "Send `Authorization: ApiKey <prefix>.<secret>` with an active key of this server.",
    isRetryable: false,
  },
  forbidden: {
    statusCode: 403,
    meaning: "The API key does not have the right to do this.",
    advice: "Ask an administrator of your account for one of the roles that the message names.",
    isRetryable: false,
  },
  not_found: {
    statusCode: 404,
    meaning: "The route does not exist, or your account has no such job, model, input or output.",
    advice: "Check the path and the identifiers in it.",
    isRetryable: false,
  },
  request_timeout: {
    statusCode: 408,
    meaning: "The request did not arrive in full in time.",
    advice: "Check the connection and send it again.",
    isRetryable: true,
  },
  conflict: {
    statusCode: 409,
    meaning: "The request contradicts the present state, such as pausing a job that has ended.",
    advice: "Read the resource again, then decide.",
    isRetryable: false,
  },
  payload_too_large: {
    statusCode: 413,
    meaning: "The body is larger than the server accepts.",
    advice: "Put the files into a bucket, send smaller parts, or split the job.",
    isRetryable: false,
  },
  uri_too_long: {
    statusCode: 414,
    meaning: "A segment of the path is too long.",
    advice: "Check the identifiers and names in the path.",
    isRetryable: false,
  },
  unsupported_media_type: {
    statusCode: 415,
    meaning: "The route does not accept this content type.",
    advice: "Send the content type that the message names.",
    isRetryable: false,
  },
  "limits.rate": {
    statusCode: 429,
    meaning: "The API key, its team, its account or the address sends more requests than it may.",
    advice: "Try again after the seconds in the Retry-After header, and send fewer requests at a time.",
    isRetryable: true,
  },
  "limits.quota": {
    statusCode: 429,
    meaning: "The API key, its team or its account has used up a quota.",
    advice: "The message says which one, how much was used and when it resets. Wait, or ask for a higher one.",
    isRetryable: true,
  },
  "limits.sign_in": {
    statusCode: 429,
    meaning: "Too many sign-ins from this address failed.",
    advice: "Check the API key, and try again after the seconds in the Retry-After header.",
    isRetryable: true,
  },
  headers_too_large: {
    statusCode: 431,
    meaning: "The headers of the request are too large.",
    advice: "Remove headers that the API does not need, such as cookies.",
    isRetryable: false,
  },
  internal: {
    statusCode: 500,
    meaning: "An internal error of the server.",
    advice: "Try again. If it persists, look for the request id in the server log and report it.",
    isRetryable: true,
  },
  unavailable: {
    statusCode: 503,
    meaning:
      "The database or the blob store does not respond, a disk is full, the server is stopping, or it has no room for more requests or bodies at the moment. Nothing was changed.",
    advice: "Try again after the seconds in the Retry-After header.",
    isRetryable: true,
  },
} as const satisfies Readonly<Record<string, RequestErrorEntry>>;

/** The `code` of an error response. */
export type RequestErrorCode = keyof typeof requestErrors;

export const requestErrorCodes = Object.keys(requestErrors) as RequestErrorCode[];
