import { JobPriorityChange } from "@millrace/contract";
import type { Pool } from "pg";
import type { Caller } from "../accounts/caller.js";
import { inTransaction } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import { shiftPriority } from "../queue/chunk-task.js";
import { allows, jobTransitions } from "../states/job-states.js";
import type { JsonText } from "../json/json-text.js";
import { findJobRow, writeJobDetails } from "./find-job.js";

const parseChange = bodyParser(JobPriorityChange);

/**
 * Changes the priority of a job. Applies to inputs that have not started; running ones continue.
 *
 * @throws MillraceError `not_found`; `conflict` when the job has ended; `invalid_request` unless `priority` is from -10 to 10.
 */
export async function changePriority(
  pool: Pool,
  caller: Caller,
  jobIdentifier: string,
  body: unknown,
): Promise<JsonText> {
  const { priority } = parseChange(body);
  const { id } = await findJobRow(pool, caller, jobIdentifier);
  return inTransaction(pool, async (transaction) => {
    const { rows } = await transaction.query<{ status: string; priority: number }>(
      "SELECT status, priority FROM millrace.jobs WHERE id = $1 FOR UPDATE",
      [id],
    );
    const { status = "unknown", priority: before = priority } = rows[0] ?? {};
    if (!allows(jobTransitions.cancel, status))
      throw new MillraceError(
        "conflict",
        `The priority of job ${jobIdentifier} cannot be changed: its status is ${status}, expected one of ${jobTransitions.cancel.from.join(", ")}.`,
      );
    await transaction.query("UPDATE millrace.jobs SET priority = $2, updated_at = now() WHERE id = $1", [id, priority]);
    await shiftPriority(transaction, id, priority - before);
    return writeJobDetails(transaction, caller, jobIdentifier);
  });
}
