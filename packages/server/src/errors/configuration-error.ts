/** A setting is not usable; the message is one sentence that names it. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
