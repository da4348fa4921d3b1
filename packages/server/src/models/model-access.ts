import { ModelVisibility } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { createParameters } from "../database/parameters.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import { visibleModels } from "./visible-models.js";

/** @throws MillraceError `not_found`, in the same words whether the model does not exist or the caller may not see it. */
export async function requireVisibleModel(database: Database, caller: Caller, model: string): Promise<void> {
  const parameters = createParameters(model);
  const { rowCount } = await database.query(
    `SELECT 1 FROM millrace.model_versions v WHERE v.model_identifier = $1 AND ${visibleModels(caller, "v", parameters)} LIMIT 1`,
    parameters.values,
  );
  if (rowCount === 0) throw unknownModel(model);
}

/**
 * Lets callers change models of their own account only. A system owner may also change others, including those in the models
 * directory.
 *
 * @throws MillraceError `not_found`; `forbidden` for a model that the caller sees but does not own.
 */
export async function requireOwnModel(database: Database, caller: Caller, model: string): Promise<void> {
  await requireVisibleModel(database, caller, model);
  if (caller.roles.includes("SYSTEM_OWNER")) return;
  const { rows } = await database.query<{ account: string | null }>(
    "SELECT account_identifier AS account FROM millrace.model_owners WHERE model_identifier = $1",
    [model],
  );
  if (rows[0]?.account === caller.accountIdentifier) return;
  const whose = rows[0]?.account ? "belongs to another account" : "comes with this server";
  throw new MillraceError(
    "forbidden",
    `The model ${JSON.stringify(model)} ${whose}: only its owner can change it. Deploy a model of your own instead.`,
  );
}

/** @throws MillraceError `not_found`. */
export async function readModelVisibility(database: Database, model: string): Promise<ModelVisibility> {
  const { rows } = await database.query<{ account: string | null; visibility: string; accounts: string[] }>(
    "SELECT account_identifier AS account, visibility, shared_with AS accounts FROM millrace.model_owners WHERE model_identifier = $1",
    [model],
  );
  const [owner] = rows;
  if (owner === undefined) throw unknownModel(model);
  const visibility = owner.account === null ? "public" : (owner.visibility as ModelVisibility["visibility"]);
  return { visibility, accounts: owner.accounts };
}

const parseVisibility = bodyParser(ModelVisibility);

/** Sets which accounts see a model. @throws MillraceError `invalid_request`, `not_found`; `conflict` in the models directory. */
export async function setModelVisibility(database: Database, model: string, body: unknown): Promise<ModelVisibility> {
  const { visibility, accounts = [] } = parseVisibility(body);
  if ((visibility === "shared") !== accounts.length > 0) {
    throw new MillraceError(
      "invalid_request",
      visibility === "shared"
        ? "accounts is required: name the accounts that the model is shared with."
        : `accounts is only for the visibility "shared": remove it.`,
    );
  }
  const known = await database.query<{ identifier: string }>(
    "SELECT identifier FROM millrace.accounts WHERE identifier = ANY ($1)",
    [accounts],
  );
  const unknown = accounts.find((account) => !known.rows.some(({ identifier }) => identifier === account));
  if (unknown !== undefined)
    throw new MillraceError(
      "invalid_request",
      `accounts is not valid: there is no account ${JSON.stringify(unknown)}.`,
    );
  const { rowCount } = await database.query(
    "UPDATE millrace.model_owners SET visibility = $2, shared_with = $3 WHERE model_identifier = $1 AND account_identifier IS NOT NULL",
    [model, visibility, accounts],
  );
  if (rowCount === 0)
    throw new MillraceError(
      "conflict",
      `The model ${JSON.stringify(model)} comes with this server: every account sees it.`,
    );
  return readModelVisibility(database, model);
}

/** The `not_found` error for a model. */
export function unknownModel(model: string): MillraceError {
  return new MillraceError(
    "not_found",
    `There is no model ${JSON.stringify(model)}. GET /api/models lists the models that you can use.`,
  );
}
