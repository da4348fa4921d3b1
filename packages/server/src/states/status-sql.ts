import type { JobStatus, WebhookDelivery } from "@millrace/contract";
import type { StoredInputStatus } from "./input-states.js";

type Status = JobStatus | StoredInputStatus | WebhookDelivery["status"];

/**
 * A status as a literal of SQL, for statements whose text is made once: the planner matches literals, not parameters, with
 * the conditions of partial indexes. For constants of the tables in this room only, never for a caller's text.
 *
 * @throws TypeError for a text that cannot be a status.
 */
export function sqlStatus(status: Status): string {
  if (!/^[A-Z_]+$/.test(status)) throw new TypeError(`Not a status: ${JSON.stringify(status)}.`);
  return `'${status}'`;
}

/** Several statuses as a list of SQL literals, to be used after `IN`. */
export function sqlStatuses(statuses: readonly Status[]): string {
  return `(${statuses.map(sqlStatus).join(", ")})`;
}
