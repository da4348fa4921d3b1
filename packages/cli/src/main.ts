import { MillraceError } from "@millrace/client";
import { createProgram } from "./program.js";

try {
  await createProgram().parseAsync();
} catch (error) {
  // What a person can mend is said in one sentence; anything else is a fault of ours and keeps its trace.
  const isMendable = error instanceof MillraceError;
  console.error(isMendable ? `millrace: ${error.message}` : error);
  process.exitCode = isMendable ? 2 : 1;
}
