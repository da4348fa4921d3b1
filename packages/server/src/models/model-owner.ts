import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";

/**
 * Claims a model identifier for an account, or checks that the account already owns it: accounts cannot add versions to each
 * other's models.
 *
 * @param accountIdentifier null for this server's models directory, whose models have no owner.
 * @throws MillraceError `conflict` when another account owns it.
 */
export async function claimIdentifier(
  database: Database,
  identifier: string,
  accountIdentifier: string | null,
): Promise<void> {
  await database.query(
    "INSERT INTO millrace.model_owners (model_identifier, account_identifier) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    [identifier, accountIdentifier],
  );
  if (accountIdentifier !== null) await refuseForeign(database, identifier, accountIdentifier);
}

/** @throws MillraceError `conflict` when another account owns the identifier; an unclaimed one is accepted. */
export async function refuseForeign(database: Database, identifier: string, accountIdentifier: string): Promise<void> {
  const { rows } = await database.query<{ account_identifier: string | null }>(
    "SELECT account_identifier FROM millrace.model_owners WHERE model_identifier = $1",
    [identifier],
  );
  const [owner] = rows;
  if (owner === undefined || owner.account_identifier === accountIdentifier) return;
  const whose =
    owner.account_identifier === null ? "comes from this server's models directory" : "is a model of another account";
  throw new MillraceError("conflict", `The identifier ${identifier} ${whose}. Choose another identifier.`);
}
