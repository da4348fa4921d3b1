import { ApiError, MillraceError } from "@millrace/client";
import { createProgram } from "./program.js";

try {
  await createProgram().parseAsync();
} catch (error) {
  // Errors that a user can fix are one sentence; anything else is an internal error and keeps its stack trace.
  const isMendable = error instanceof MillraceError;
  console.error(isMendable ? `millrace: ${error.message}${describeOrigin(error)}` : error);
  process.exitCode = isMendable ? 2 : 1;
}

/** What to look for in the documentation and in the server log. */
function describeOrigin(error: MillraceError): string {
  if (!(error instanceof ApiError)) return "";
  const parts = [error.code, error.requestId && `request ${error.requestId}`].filter(Boolean);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
