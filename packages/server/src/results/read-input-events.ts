import type { InputFailureCode, InputStatus } from "@millrace/contract";
import type { Database } from "../database/transaction.js";
import { finishedInputStatuses } from "../states/input-states.js";
import { sqlStatuses } from "../states/status-sql.js";

/** A finished input. */
export interface InputEvent {
  /** 1 for the first input of the job to finish, and so on. */
  readonly sequence: number;
  readonly name: string;
  readonly status: InputStatus;
  readonly code: InputFailureCode | null;
  readonly error: string | null;
}

// Each batch was recorded by one statement: a chunk at most.
const batchesAtOnce = 20;

export interface InputEvents {
  readonly events: readonly InputEvent[];
  /** Where to resume reading. */
  readonly sequence: number;
}

/**
 * Reads finished inputs in completion order: some of those after `sequence`, which stays the same if there are none yet. An
 * input that is being retried has not finished: its event follows once it has. Primary keys of job_events and inputs.
 */
export async function readInputEvents(database: Database, jobId: number, sequence: number): Promise<InputEvents> {
  const { rows: batches } = await database.query<{ last_event: number; positions: number[] }>(
    `SELECT last_event, positions FROM millrace.job_events WHERE job_id = $1 AND last_event > $2 ORDER BY last_event LIMIT $3`,
    [jobId, sequence, batchesAtOnce],
  );
  if (batches.length === 0) return { events: [], sequence };
  const { rows: inputs } = await database.query<{ position: number } & Omit<InputEvent, "sequence">>(
    `SELECT position, name, status, error_code AS code, error FROM millrace.inputs
     WHERE job_id = $1 AND position = ANY ($2) AND status IN ${sqlStatuses(finishedInputStatuses)}`,
    [jobId, batches.flatMap((batch) => batch.positions)],
  );
  const inputAt = new Map(inputs.map((input) => [input.position, input]));
  const events = batches.flatMap(({ last_event: lastEvent, positions }) =>
    positions.flatMap((position, index) => {
      const input = inputAt.get(position);
      const own = lastEvent - positions.length + 1 + index;
      if (input === undefined || own <= sequence) return [];
      return [{ sequence: own, name: input.name, status: input.status, code: input.code, error: input.error }];
    }),
  );
  return { events, sequence: batches.at(-1)?.last_event ?? sequence };
}
