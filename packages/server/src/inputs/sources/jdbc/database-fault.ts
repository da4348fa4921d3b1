import type { InputFailureCode } from "@millrace/contract";

/** A database server misbehaved; the message is a clause that says how. */
export class DatabaseFault extends Error {
  override readonly name = "DatabaseFault";

  constructor(
    readonly failureCode: InputFailureCode,
    message: string,
  ) {
    super(message);
  }
}
