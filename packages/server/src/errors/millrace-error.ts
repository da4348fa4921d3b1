import { requestErrors, type RequestErrorCode } from "@millrace/contract";

/** An error whose message is meant for the caller: it says what was found, what was expected and what to do. */
export class MillraceError extends Error {
  override readonly name = "MillraceError";
  readonly statusCode: number;

  constructor(
    readonly code: RequestErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.statusCode = requestErrors[code].statusCode;
  }
}

/** Converts any thrown value to an Error; used once, at an outer boundary. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`A value that is not an Error was thrown: ${String(thrown)}`);
}
