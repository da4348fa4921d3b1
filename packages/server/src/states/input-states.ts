import type { InputStatus } from "@millrace/contract";

/** The statuses of an input with an outcome. An input has one outcome at most; a retry voids failed ones. */
export const outcomeStatus = { succeeded: "SUCCESSFUL", failed: "FAILED" } as const satisfies Record<
  string,
  InputStatus
>;
