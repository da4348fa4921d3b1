import type { Parameters } from "../database/parameters.js";
import type { Caller } from "./caller.js";

/**
 * The SQL condition that leaves of the jobs under `alias` those that a caller may see: of its account, of its project when its
 * key belongs to one, of its team when it is narrowed to that, of its models when its key is limited to some.
 */
export function visibleJobs(caller: Caller, alias: string, parameters: Parameters): string {
  const conditions = [`${alias}.account_identifier = ${parameters.add(caller.accountIdentifier)}`];
  if (caller.projectIdentifier !== null)
    conditions.push(`${alias}.project_identifier = ${parameters.add(caller.projectIdentifier)}`);
  if (caller.isNarrowedToTeam) conditions.push(`${alias}.team_identifier = ${parameters.add(caller.teamIdentifier)}`);
  if (caller.models !== null) conditions.push(`${alias}.model_identifier = ANY (${parameters.add(caller.models)})`);
  return conditions.join(" AND ");
}
