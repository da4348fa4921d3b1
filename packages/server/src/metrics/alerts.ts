import type { Alert } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { visibleJobs } from "../accounts/visible-jobs.js";
import { createParameters } from "../database/parameters.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { runnableStatuses } from "../states/job-states.js";
import { sqlStatuses } from "../states/status-sql.js";

/** A job without progress for this long is stuck: no input has finished, and it is not paused. */
export const stuckAfterMinutes = 10;

type Find = (database: Database, caller: Caller) => Promise<string[]>;

const alerts = {
  async JOB_STUCK(database, caller) {
    const parameters = createParameters(stuckAfterMinutes);
    const { rows } = await database.query<{ identifier: string }>(
      `SELECT j.identifier FROM millrace.jobs j
       WHERE j.ended_at IS NULL AND j.status IN ${sqlStatuses(runnableStatuses)} AND j.paused_at IS NULL
         AND j.updated_at < now() - $1 * interval '1 minute' AND ${visibleJobs(caller, "j", parameters)}
       ORDER BY j.updated_at`,
      parameters.values,
    );
    return rows.map(({ identifier }) => identifier);
  },
} satisfies Record<string, Find>;

/** Alerts that need attention; types that affect nothing are omitted. */
export async function listAlerts(database: Database, caller: Caller): Promise<Alert[]> {
  const counts = await Promise.all(
    Object.entries<Find>(alerts).map(async ([type, find]) => ({ type, count: (await find(database, caller)).length })),
  );
  return counts.filter(({ count }) => count > 0);
}

/**
 * The identifiers of what an alert affects.
 *
 * @throws MillraceError `not_found`, listing the alert types.
 */
export async function findAlert(database: Database, caller: Caller, type: string): Promise<string[]> {
  const find = Object.entries<Find>(alerts).find(([known]) => known === type.toUpperCase())?.[1];
  if (find !== undefined) return find(database, caller);
  throw new MillraceError(
    "not_found",
    `Unknown alert ${JSON.stringify(type)}: expected one of ${Object.keys(alerts).join(", ")}.`,
  );
}
