import type { InputFailureCode } from "@millrace/contract";

/** What a database server does that is not put up with; the message is the part of a sentence that says why. */
export class DatabaseFault extends Error {
  override readonly name = "DatabaseFault";

  constructor(
    readonly failureCode: InputFailureCode,
    message: string,
  ) {
    super(message);
  }
}
