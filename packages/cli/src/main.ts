import { inspect } from "node:util";
import { ApiError, MillraceError } from "@millrace/client";
import { createProgram } from "./program.js";
import { exitWhenUnread, printNotice } from "./terminal/print.js";
import { printable } from "./terminal/printable.js";

exitWhenUnread();
try {
  await createProgram().parseAsync();
} catch (error) {
  // Errors that a user can fix are one sentence; anything else is an internal error and keeps its stack trace.
  const isMendable = error instanceof MillraceError;
  printNotice(isMendable ? `millrace: ${sentence(error.message)}${describeOrigin(error)}` : inspect(error));
  process.exitCode = isMendable ? 2 : 1;
}

/** Lines after the first are indented: what others wrote in them does not pass for ours. */
function sentence(message: string): string {
  return message.split("\n").map(printable).join("\n  ");
}

/** What to look for in the documentation and in the server log. */
function describeOrigin(error: MillraceError): string {
  if (!(error instanceof ApiError)) return "";
  const parts = [error.code, error.requestId && `request ${error.requestId}`].filter(Boolean);
  return parts.length === 0 ? "" : ` (${printable(parts.join(", "))})`;
}
