import type { InputFailureCode, InputStatus } from "@millrace/contract";
import type { Database } from "../database/transaction.js";
import { readOutcomeLine } from "../outcomes/outcome-line.js";
import { readOutcomesSince } from "../outcomes/read-outcomes.js";

/** A finished input. */
export interface InputEvent {
  /** 1 for the first input of the job to finish, and so on. */
  readonly sequence: number;
  readonly name: string;
  readonly status: InputStatus;
  readonly code: InputFailureCode | null;
  readonly error: string | null;
}

export interface InputEvents {
  readonly events: readonly InputEvent[];
  /** Where to resume reading. */
  readonly sequence: number;
}

/**
 * Reads finished inputs in completion order: some of those after `sequence`, which stays the same if there are none yet. An
 * input that is being retried has not finished: its event follows once it has.
 */
export async function readInputEvents(database: Database, jobId: number, sequence: number): Promise<InputEvents> {
  const read = await readOutcomesSince(database, jobId, sequence);
  const events = read.lines.map(({ line, sequence: own }) => {
    const { nameJson, fieldsJson } = readOutcomeLine(line);
    const { status, error, code } = JSON.parse(fieldsJson) as Pick<InputEvent, "status" | "error"> &
      Partial<Pick<InputEvent, "code">>;
    return { sequence: own, name: JSON.parse(nameJson) as string, status, code: code ?? null, error };
  });
  return { events, sequence: read.sequence };
}
