import type { Parameters } from "../database/parameters.js";
import type { Caller } from "./caller.js";

/**
 * The SQL condition on jobs under `alias` that a caller can see: those of its account and, where they limit the caller, of its
 * project, its team and the models of its key.
 */
export function visibleJobs(caller: Caller, alias: string, parameters: Parameters): string {
  const conditions = [`${alias}.account_identifier = ${parameters.add(caller.accountIdentifier)}`];
  if (caller.projectIdentifier !== null)
    conditions.push(`${alias}.project_identifier = ${parameters.add(caller.projectIdentifier)}`);
  if (caller.isNarrowedToTeam) conditions.push(`${alias}.team_identifier = ${parameters.add(caller.teamIdentifier)}`);
  if (caller.models !== null) conditions.push(`${alias}.model_identifier = ANY (${parameters.add(caller.models)})`);
  return conditions.join(" AND ");
}
