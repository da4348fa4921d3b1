import type { Parameters } from "../database/parameters.js";
import type { Caller } from "./caller.js";
import { isOfTeamOnly } from "./rights.js";

/** Whether a caller sees how to reach a user, not only the name: callers limited to a team or project reach only themselves. */
export function seesEmail(caller: Caller, userIdentifier: string): boolean {
  return !isOfTeamOnly(caller) || userIdentifier === caller.userIdentifier;
}

/**
 * The SQL expression for the e-mail address of the user under `alias`; null where {@link seesEmail} is false. Searches use it too:
 * a hidden address could otherwise be guessed letter by letter.
 */
export function visibleEmail(caller: Caller, alias: string, parameters: Parameters): string {
  if (!isOfTeamOnly(caller)) return `${alias}.email`;
  return `CASE WHEN ${alias}.identifier = ${parameters.add(caller.userIdentifier)} THEN ${alias}.email END`;
}
