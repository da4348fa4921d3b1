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

/** What the system refused, as a sentence about the data directory or the programs; anything else stays what it is. */
export function describeFileFault(error: unknown, dataDirectory: string): unknown {
  const { code, syscall, path = dataDirectory } = error as NodeJS.ErrnoException;
  if (error instanceof EmbeddedPostgresError || code === undefined || syscall === undefined) return error;
  if (syscall.startsWith("spawn")) {
    return new EmbeddedPostgresError(
      "no_binaries",
      `The embedded PostgreSQL cannot run on this machine (${code} at ${path}), for example because it has no GNU C library: set DATABASE_URL to your own PostgreSQL.`,
      { cause: error },
    );
  }
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  const remedy = isFull ? "free some space there" : "check its path and permissions";
  return new EmbeddedPostgresError(
    "not_writable",
    `The data directory ${dataDirectory} cannot be written (${code} at ${path}): ${remedy}, or choose another with --data.`,
    { cause: error },
  );
}
