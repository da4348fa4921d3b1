/** Every kind of refusal and fault that a caller can meet, with the HTTP status it becomes. */
export const errorCatalog = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorCatalog;

/** An error whose message is meant for the caller: it says what was found, what was expected and what to do. */
export class MillraceError extends Error {
  override readonly name = "MillraceError";
  readonly statusCode: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.statusCode = errorCatalog[code];
  }
}

/** Turns whatever was thrown into an Error; used once, at an outer boundary. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`A value that is no Error was thrown: ${String(thrown)}`);
}
