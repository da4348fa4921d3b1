import type { JobStatus, WebhookDelivery } from "@millrace/contract";

type Status = JobStatus | WebhookDelivery["status"];

/**
 * A status as an SQL literal, for statements whose text is built once: the planner matches literals, not parameters, against
 * the conditions of partial indexes. Only for constants from the tables in this folder, never for text from a caller.
 *
 * @throws TypeError for text that cannot be a status.
 */
export function sqlStatus(status: Status): string {
  if (!/^[A-Z_]+$/.test(status)) throw new TypeError(`Not a status: ${JSON.stringify(status)}.`);
  return `'${status}'`;
}

/** Several statuses as a list of SQL literals, for use after `IN`. */
export function sqlStatuses(statuses: readonly Status[]): string {
  return `(${statuses.map(sqlStatus).join(", ")})`;
}
