import type { Caller } from "../accounts/caller.js";
import type { Parameters } from "../database/parameters.js";

/**
 * Builds the SQL condition that limits the rows under `alias` (with a column `model_identifier`) to models that a caller may
 * see: those of its account, those of the models directory, public ones, and those shared with its account. A system owner sees
 * all models; a key limited to certain models sees only those.
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
