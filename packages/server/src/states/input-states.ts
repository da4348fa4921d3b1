import type { InputStatus } from "@millrace/contract";

/** The status of an input as stored. */
export type StoredInputStatus = "WAITING" | Extract<InputStatus, "SUCCESSFUL" | "FAILED">;

interface InputTransition {
  readonly from: readonly StoredInputStatus[];
  readonly to: StoredInputStatus;
}

/** The initial status of an input; one that could not be listed is failed. */
export const newInputStatus = { waiting: "WAITING", unlistable: "FAILED" } as const satisfies Record<
  string,
  StoredInputStatus
>;

/** Every legal status transition of an input; each statement that changes a status takes `from` and `to` from here. */
export const inputTransitions = {
  succeed: { from: ["WAITING"], to: "SUCCESSFUL" },
  fail: { from: ["WAITING"], to: "FAILED" },
  retry: { from: ["FAILED"], to: "WAITING" },
} as const satisfies Record<string, InputTransition>;

/** Statuses of an input that has yet to run. */
export const unfinishedInputStatuses = inputTransitions.succeed.from;

/** Statuses of an input with an outcome. */
export const finishedInputStatuses = [inputTransitions.succeed.to, inputTransitions.fail.to] as const;
