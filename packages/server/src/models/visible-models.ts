import type { Caller } from "../accounts/caller.js";
import type { Parameters } from "../database/parameters.js";

/**
 * The SQL condition that leaves of the rows under `alias` (which has `model_identifier`) those of models that a caller may see: those
 * of its account, those of the models directory, public ones, and those that are shared with its account. A system owner sees all; a key that is
 * limited to some models, no others.
 *
 * Index: primary key of model_owners.
 */
export function visibleModels(caller: Caller, alias: string, parameters: Parameters): string {
  const ofKey = caller.models === null ? "true" : `${alias}.model_identifier = ANY (${parameters.add(caller.models)})`;
  if (caller.roles.includes("SYSTEM_OWNER")) return ofKey;
  const account = parameters.add(caller.accountIdentifier);
  return `${ofKey} AND EXISTS (SELECT FROM millrace.model_owners o WHERE o.model_identifier = ${alias}.model_identifier
    AND (o.account_identifier IS NULL OR o.account_identifier = ${account} OR o.visibility = 'public'
      OR o.visibility = 'shared' AND ${account} = ANY (o.shared_with)))`;
}
