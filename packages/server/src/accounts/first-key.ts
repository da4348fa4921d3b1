import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction, type Database } from "../database/transaction.js";
import { ConfigurationError } from "../errors/configuration-error.js";
import { rememberOwnSecret } from "../errors/secret-values.js";
import type { Log } from "../telemetry/log.js";
import type { Role } from "./roles.js";
import { generateApiKey, hashSecret, splitApiKey } from "./authenticate.js";

const ownerRoles = ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "DATA_SCIENTIST"] satisfies Role[];

// Any constant that differs from the migrations'.
const firstKeyLock = 7_145_923;

/** A secret of 32 random characters cannot be guessed, however fast its hash is. */
export const leastSecretLength = 32;

/**
 * Ensures that a usable key exists: the key from the configuration exists, and the one that it replaces is disabled; or, on an empty
 * database, a new key is created.
 *
 * @returns the new key, to be shown once; undefined if none was created.
 * @throws ConfigurationError if the configured key is malformed or too short, or its prefix belongs to another key.
 */
export async function ensureFirstKey(
  pool: Pool,
  configuredKey: string | undefined,
  log: Log,
): Promise<string | undefined> {
  return inTransaction(pool, async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [firstKeyLock]);
    const { rows } = await transaction.query<{ count: number }>("SELECT count(*) AS count FROM millrace.api_keys");
    const isFirst = rows[0]?.count === 0;
    if (configuredKey === undefined && !isFirst) return undefined;
    const owner = await ensureOwner(transaction);
    if (configuredKey !== undefined) {
      await storeConfiguredKey(transaction, configuredKey, owner, log);
      return undefined;
    }
    const key = generateApiKey();
    const { prefix = "", secret = "" } = splitApiKey(key) ?? {};
    await insertOwnerKey(transaction, { prefix, secret, isFromEnvironment: false }, owner);
    return key;
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

async function storeConfiguredKey(transaction: Database, key: string, owner: Owner, log: Log): Promise<void> {
  const parts = splitApiKey(key);
  if (parts === undefined)
    throw new ConfigurationError("MILLRACE_API_KEY is not valid (its value is not shown): expected prefix.secret.");
  const { prefix, secret } = parts;
  rememberOwnSecret(secret);
  if (secret.length < leastSecretLength) {
    const found = `the secret of MILLRACE_API_KEY has ${secret.length} characters, expected at least ${leastSecretLength}`;
    const { rowCount } = await transaction.query(
      "SELECT 1 FROM millrace.api_keys WHERE prefix = $1 AND secret_sha256 = $2",
      [prefix, hashSecret(secret)],
    );
    if (rowCount === 0)
      throw new ConfigurationError(
        `${found[0]?.toUpperCase()}${found.slice(1)}: choose another, for example with \`openssl rand -hex 32\`.`,
      );
    log.warn({ prefix }, `${found}: it still works, as it is an earlier version's; choose another`);
  }
  await insertOwnerKey(transaction, { prefix, secret, isFromEnvironment: true }, owner);
  const retired = await transaction.query<{ prefix: string }>(
    `UPDATE millrace.api_keys SET status = 'Inactive', updated_at = now()
     WHERE is_from_environment AND prefix <> $1 AND status = 'Active' RETURNING prefix`,
    [prefix],
  );
  if (retired.rows.length > 0)
    log.warn(
      { prefix, retired: retired.rows.map((row) => row.prefix) },
      "MILLRACE_API_KEY has changed: the key that it held before does not work any more",
    );
}

interface OwnerKey {
  readonly prefix: string;
  readonly secret: string;
  readonly isFromEnvironment: boolean;
}

/** @throws ConfigurationError if the prefix belongs to a key created through the API. */
async function insertOwnerKey(
  transaction: Database,
  { prefix, secret, isFromEnvironment }: OwnerKey,
  owner: Owner,
): Promise<void> {
  const { rowCount } = await transaction.query(
    `INSERT INTO millrace.api_keys AS k (prefix, secret_sha256, account_identifier, team_identifier, user_identifier, name, is_default,
       roles, is_from_environment)
     VALUES ($1, $2, $3, $4, $5, 'Admin', true, $6, $7)
     ON CONFLICT (prefix) DO UPDATE SET secret_sha256 = excluded.secret_sha256, status = 'Active', roles = excluded.roles,
       expires_at = NULL, scopes = NULL, models = NULL, is_from_environment = excluded.is_from_environment WHERE k.is_default`,
    [prefix, hashSecret(secret), owner.account, owner.team, owner.user, ownerRoles, isFromEnvironment],
  );
  if (rowCount === 0)
    throw new ConfigurationError(
      `The prefix of MILLRACE_API_KEY, ${prefix}, is that of a key that was made in this installation: choose another prefix.`,
    );
}
