import type { InputStatus } from "@millrace/contract";

/** The status of an input as it is stored. */
export type StoredInputStatus = "WAITING" | Extract<InputStatus, "SUCCESSFUL" | "FAILED">;

interface InputTransition {
  readonly from: readonly StoredInputStatus[];
  readonly to: StoredInputStatus;
}

/** The status a new input has: what could not be listed is an input that failed. */
export const newInputStatus = { waiting: "WAITING", unlistable: "FAILED" } as const satisfies Record<
  string,
  StoredInputStatus
>;

/** Every change of an input's status that is legal; each statement that changes one takes `from` and `to` from here. */
export const inputTransitions = {
  succeed: { from: ["WAITING"], to: "SUCCESSFUL" },
  fail: { from: ["WAITING"], to: "FAILED" },
  retry: { from: ["FAILED"], to: "WAITING" },
} as const satisfies Record<string, InputTransition>;

/** The statuses of an input that is still to be run. */
export const unfinishedInputStatuses = inputTransitions.succeed.from;

/** The statuses of an input that has an outcome. */
export const finishedInputStatuses = [inputTransitions.succeed.to, inputTransitions.fail.to] as const;
