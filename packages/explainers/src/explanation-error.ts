/** The explanation failed; the message is a sentence for the caller. */
export class ExplanationError extends Error {
  override readonly name = "ExplanationError";
}
