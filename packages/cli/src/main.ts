import { MillraceError } from "@millrace/client";
import { createProgram } from "./program.js";

try {
  await createProgram().parseAsync();
} catch (error) {
  // Errors that a user can fix are one sentence; anything else is an internal error and keeps its stack trace.
  const isMendable = error instanceof MillraceError;
  console.error(isMendable ? `millrace: ${error.message}` : error);
  process.exitCode = isMendable ? 2 : 1;
}
