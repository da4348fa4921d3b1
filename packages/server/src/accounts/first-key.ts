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
 * Ensures that the key from the configuration exists and that the one which it replaces is disabled.
 *
 * @throws ConfigurationError if it is malformed or too short, or its prefix belongs to another key.
 */
export async function ensureConfiguredKey(pool: Pool, key: string, log: Log): Promise<void> {
  await inTransaction(pool, async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [firstKeyLock]);
    await storeConfiguredKey(transaction, key, await ensureOwner(transaction), log);
  });
}

/**
 * Creates a key if there is none at all.
 *
 * @param keep gets the key before it is stored: if that fails, there is no key.
 * @returns the new key, to be shown once; undefined if there was one.
 */
export async function createFirstKey(
  pool: Pool,
  keep: (key: string) => Promise<void> = async () => {},
): Promise<string | undefined> {
  return inTransaction(pool, async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1)", [firstKeyLock]);
    const { rowCount } = await transaction.query("SELECT 1 FROM millrace.api_keys LIMIT 1");
    if (rowCount !== 0) return undefined;
    const key = await createOwnerKey(transaction, "Admin");
    await keep(key);
    return key;
  });
}

/** Creates one more key with full access, for a user and an account that are active from now on. */
export async function createOwnerKey(transaction: Database, name: string): Promise<string> {
  const owner = await ensureOwner(transaction);
  await transaction.query("UPDATE millrace.users SET status = 'Active' WHERE identifier = $1", [owner.user]);
  await transaction.query("UPDATE millrace.accounts SET status = 'Active' WHERE identifier = $1", [owner.account]);
  const key = generateApiKey();
  const { prefix = "", secret = "" } = splitApiKey(key) ?? {};
  await insertOwnerKey(transaction, { prefix, secret, name, isFromEnvironment: false }, owner);
  return key;
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
  await insertOwnerKey(transaction, { prefix, secret, name: "Admin", isFromEnvironment: true }, owner);
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
  readonly name: string;
  readonly isFromEnvironment: boolean;
}

/** @throws ConfigurationError if the prefix belongs to a key created through the API. */
async function insertOwnerKey(
  transaction: Database,
  { prefix, secret, name, isFromEnvironment }: OwnerKey,
  owner: Owner,
): Promise<void> {
  const { rowCount } = await transaction.query(
    `INSERT INTO millrace.api_keys AS k (prefix, secret_sha256, account_identifier, team_identifier, user_identifier, name, is_default,
       roles, is_from_environment)
     VALUES ($1, $2, $3, $4, $5, $6, true, $7, $8)
     ON CONFLICT (prefix) DO UPDATE SET secret_sha256 = excluded.secret_sha256, status = 'Active', roles = excluded.roles,
       expires_at = NULL, scopes = NULL, models = NULL, is_from_environment = excluded.is_from_environment WHERE k.is_default`,
    [prefix, hashSecret(secret), owner.account, owner.team, owner.user, name, ownerRoles, isFromEnvironment],
  );
  if (rowCount === 0)
    throw new ConfigurationError(
      `The prefix of MILLRACE_API_KEY, ${prefix}, is that of a key that was made in this installation: choose another prefix.`,
    );
}
