// PostgreSQL classes 08 (connection), 53 (resources), 57P (operator intervention) and the sockets' own codes.
const outageCodes = /^(08|53|57P)|^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|ENOENT)$/;
// What the driver says without a code.
const outageMessages = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

/** Whether a statement failed because the database is away or overloaded, so that the same may succeed later. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === "string" && outageCodes.test(code)) || outageMessages.test(error.message);
}
