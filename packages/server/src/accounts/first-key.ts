import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction, type Database } from "../database/transaction.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import type { Role } from "./roles.js";
import { generateApiKey, hashSecret, splitApiKey } from "./authenticate.js";

const ownerRoles = ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "DATA_SCIENTIST"] satisfies Role[];

// Any constant other than the migrations' will do.
const firstKeyLock = 7_145_923;

/**
 * Ensures that there is a key: the one from the configuration or, on an empty database, a new one.
 *
 * @returns the new key, to be shown once; undefined if none was created.
 */
export async function ensureFirstKey(pool: Pool, configuredKey: string | undefined): Promise<string | undefined> {
  return inTransaction(pool, async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [firstKeyLock]);
    const { rows } = await transaction.query<{ count: number }>("SELECT count(*) AS count FROM millrace.api_keys");
    const isFirst = rows[0]?.count === 0;
    if (configuredKey === undefined && !isFirst) return undefined;
    const owner = await ensureOwner(transaction);
    const key = configuredKey ?? generateApiKey();
    await storeKey(transaction, key, owner);
    return configuredKey === undefined ? key : undefined;
  });
}

interface Owner {
  readonly account: string;
  readonly team: string;
  readonly user: string;
}

/** The account, team and user that the first keys belong to. */
async function ensureOwner(transaction: Database): Promise<Owner> {
  const found = await transaction.query<Owner>(
    `SELECT a.identifier AS account, t.identifier AS team, u.identifier AS user
     FROM millrace.accounts a JOIN millrace.teams t ON t.account_identifier = a.identifier JOIN millrace.users u ON u.account_identifier = a.identifier
     ORDER BY a.created_at, t.created_at, u.created_at LIMIT 1`,
  );
  if (found.rows[0] !== undefined) return found.rows[0];
  const owner = { account: randomUUID(), team: randomUUID(), user: randomUUID() };
  await transaction.query("INSERT INTO millrace.accounts (identifier, name) VALUES ($1, 'Default')", [owner.account]);
  await transaction.query(
    "INSERT INTO millrace.teams (identifier, account_identifier, name) VALUES ($1, $2, 'Default')",
    [owner.team, owner.account],
  );
  await transaction.query(
    `INSERT INTO millrace.users (identifier, account_identifier, external_identifier, first_name, last_name, email)
     VALUES ($1, $2, 'admin@localhost', 'Millrace', 'Admin', 'admin@localhost')`,
    [owner.user, owner.account],
  );
  return owner;
}

async function storeKey(transaction: Database, key: string, owner: Owner): Promise<void> {
  const parts = splitApiKey(key);
  if (parts === undefined)
    throw new ConfigurationError("MILLRACE_API_KEY is not valid (its value is not shown): expected prefix.secret.");
  await transaction.query(
    `INSERT INTO millrace.api_keys (prefix, secret_sha256, account_identifier, team_identifier, user_identifier, name, is_default, roles)
     VALUES ($1, $2, $3, $4, $5, 'Admin', true, $6)
     ON CONFLICT (prefix) DO UPDATE SET secret_sha256 = excluded.secret_sha256, status = 'Active', roles = excluded.roles`,
    [parts.prefix, hashSecret(parts.secret), owner.account, owner.team, owner.user, ownerRoles],
  );
}
