import type { InputFailureCode } from "@millrace/contract";
import { FailureError } from "../../errors/failure.js";

/** Why an object could not be fetched: `message` is one sentence for a person and never contains a secret. */
export class S3Error extends FailureError {
  override readonly name = "S3Error";
  /** The store's own code ("NoSuchKey"), or one of the client's ("BodyTimeout"): see error-catalogue.ts. */
  readonly code: string;
  /** The HTTP status, or null when there was no answer. */
  readonly statusCode: number | null;
  /** True when the same request may well succeed later. */
  readonly isTransient: boolean;
  /** How long the store asks to be left alone, by its Retry-After header; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    fault: {
      failureCode: InputFailureCode;
      code: string;
      statusCode: number | null;
      isTransient: boolean;
      retryAfterMs?: number | null;
      cause?: unknown;
    },
  ) {
    super(fault.failureCode, message, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.code = fault.code;
    this.statusCode = fault.statusCode;
    this.isTransient = fault.isTransient;
    this.retryAfterMs = fault.retryAfterMs ?? null;
  }
}
