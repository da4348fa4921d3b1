import type { InputFailureCode } from "@millrace/contract";
import { asError } from "./millrace-error.js";
import { maskSecrets } from "./secret-values.js";
import { shortMessage } from "./short-message.js";

/** Why an input failed: a code of the catalogue, and a sentence for the caller. */
export interface Failure {
  readonly code: InputFailureCode;
  readonly message: string;
}

/** An error that can be an input's failure; the message never contains a secret. */
export class FailureError extends Error {
  override readonly name: string = "FailureError";

  constructor(
    // Not `code`: system errors and those of stores have one of their own.
    readonly failureCode: InputFailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What is recorded for an input that ended with an error; one that is not catalogued is an internal error. */
export function toFailure(thrown: unknown): Failure {
  const error = asError(thrown);
  const message = shortMessage(maskSecrets(error.message));
  return { code: error instanceof FailureError ? error.failureCode : "internal", message };
}
