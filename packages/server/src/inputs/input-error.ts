import { FailureError } from "../errors/failure.js";

/** An input cannot be fetched or is not usable; the message is a sentence for the caller. */
export class InputError extends FailureError {
  override readonly name: string = "InputError";
}
