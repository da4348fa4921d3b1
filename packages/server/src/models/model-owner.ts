import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";

/**
 * Takes a model's identifier for an account, or finds that it has it: nobody adds versions to the models of others.
 *
 * @param accountIdentifier null for the models directory of this server, whose models are nobody's.
 * @throws MillraceError `conflict` when it belongs to somebody else.
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

/** @throws MillraceError `conflict` when an identifier belongs to somebody else; one that nobody has yet is free. */
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
