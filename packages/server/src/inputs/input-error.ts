/** An input cannot be had or is not usable; the message is a sentence for the caller. */
export class InputError extends Error {
  override readonly name: string = "InputError";
}
