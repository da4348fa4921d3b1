import type { InputFailureCode } from "@millrace/contract";

/** The server did not answer one input as it should; the others are not affected. */
export class RequestFailure extends Error {
  override readonly name = "RequestFailure";

  /** @param message continues a sentence that begins with the model. */
  constructor(
    readonly code: InputFailureCode,
    message: string,
  ) {
    super(message);
  }
}
