import { totalmem } from "node:os";

/** The form of a variable that is an amount of memory; `parseSizeBytes` reads it. */
export const memorySize = {
  pattern: "^\\d+(\\.\\d+)?[KMGT]i?$",
  expected: "a size such as 512Mi or 8G",
} as const;

/** Of the container, where it has a limit. */
export function machineMemoryBytes(): number {
  const limit = process.constrainedMemory() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
