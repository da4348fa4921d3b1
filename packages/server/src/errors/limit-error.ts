import type { RequestErrorCode } from "@millrace/contract";
import { MillraceError } from "./millrace-error.js";

/** Something was refused now and may be allowed later. */
export class LimitError extends MillraceError {
  constructor(
    code: Extract<RequestErrorCode, `limits.${string}`>,
    message: string,
    /** Seconds after which to try again, at least 1. */
    readonly retryAfterSeconds: number,
  ) {
    super(code, message);
  }
}
