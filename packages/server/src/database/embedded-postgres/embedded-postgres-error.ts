/** The embedded PostgreSQL cannot be started or kept; the message is one sentence that says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";

  constructor(
    readonly code: "no_binaries" | "in_use" | "not_writable" | "other_version" | "no_user" | "did_not_start",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
