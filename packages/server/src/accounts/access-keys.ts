import { bounds, formatWireDate, type AccessKey, type NewAccessKey } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { inTransaction, type Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import { generateApiKey, hashSecret, splitApiKey } from "./authenticate.js";
import type { Caller } from "./caller.js";
import { keyLimitFields, parseKeyLimits, withoutLimits, type KeyLimits } from "./key-limits.js";
import { isOfTeamOnly, requireEarlierEnd, requireRightsOf, type Grant } from "./rights.js";
import { roles, type Role } from "./roles.js";
import type { Scope } from "./scopes.js";

interface KeyRow {
  readonly prefix: string;
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly is_default: boolean;
  readonly created_at: Date;
  readonly last_active_at: Date | null;
  readonly expires_at: Date | null;
  readonly scopes: Scope[] | null;
  readonly models: string[] | null;
  readonly jobs: number;
  readonly roles: Role[];
  readonly user_identifier: string;
  readonly email: string;
  readonly team_identifier: string;
  readonly project_identifier: string | null;
}

/** The keys that a caller can see: those of the account, of its project, or only its own. */
export async function listAccessKeys(database: Database, caller: Caller): Promise<AccessKey[]> {
  const { accountIdentifier, projectIdentifier: project, accessKey } = caller;
  return readAccessKeys(database, accountIdentifier, { project, prefix: isOfTeamOnly(caller) ? accessKey : null });
}

/** An account's keys, the oldest first; only those of one project, or one key, where named. */
export async function readAccessKeys(
  database: Database,
  accountIdentifier: string,
  { project = null, prefix = null }: { readonly project?: string | null; readonly prefix?: string | null } = {},
): Promise<AccessKey[]> {
  const { rows } = await database.query<KeyRow>(
    `SELECT k.prefix, k.name, k.description, k.status, k.is_default, k.created_at, k.last_active_at, k.expires_at, k.scopes, k.models, k.roles, k.user_identifier,
       u.email, k.team_identifier, k.project_identifier,
       (SELECT count(*) FROM millrace.jobs j WHERE j.account_identifier = k.account_identifier AND j.access_key = k.prefix) AS jobs
     FROM millrace.api_keys k JOIN millrace.users u ON u.identifier = k.user_identifier
     WHERE k.account_identifier = $1 AND ($2::text IS NULL OR k.project_identifier = $2) AND ($3::text IS NULL OR k.prefix = $3)
     ORDER BY k.created_at, k.prefix`,
    [accountIdentifier, project, prefix],
  );
  return rows.map((row) => ({
    prefix: row.prefix,
    name: row.name,
    description: row.description,
    status: row.status,
    isDefault: row.is_default,
    isHighPriority: false,
    createdAt: formatWireDate(row.created_at),
    lastActiveDateTime: row.last_active_at === null ? null : formatWireDate(row.last_active_at),
    lastUsedAt: row.last_active_at === null ? null : formatWireDate(row.last_active_at),
    expiresAt: row.expires_at === null ? null : formatWireDate(row.expires_at),
    scopes: row.scopes,
    models: row.models,
    submittedJobs: row.jobs,
    roles: row.roles,
    keyType: row.project_identifier === null ? "user" : "system",
    user: { identifier: row.user_identifier, email: row.email },
    team: { identifier: row.team_identifier },
    project: row.project_identifier === null ? null : { identifier: row.project_identifier },
  }));
}

/** The owner and rights of a new key. */
export interface KeyOwner {
  readonly account: string;
  readonly team: string;
  readonly user: string;
  readonly project: string | null;
}

/**
 * Creates a key.
 *
 * @returns the full key, which is not stored.
 * @throws MillraceError `forbidden` if the key would have a right that the caller lacks.
 */
export async function insertKey(
  database: Database,
  caller: Caller,
  owner: KeyOwner,
  { name, description, roles: own }: { name: string; description: string; roles: readonly Role[] },
  limits: KeyLimits = withoutLimits,
): Promise<string> {
  requireRightsOf(caller, { roles: own, scopes: limits.scopes }, "A key with these roles and scopes");
  requireEarlierEnd(caller, limits.expiresAt, "The new API key");
  const key = generateApiKey();
  const { prefix = "", secret = "" } = splitApiKey(key) ?? {};
  await database.query(
    `INSERT INTO millrace.api_keys (prefix, secret_sha256, account_identifier, team_identifier, user_identifier, project_identifier, name, description, roles,
       expires_at, scopes, models)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      prefix,
      hashSecret(secret),
      owner.account,
      owner.team,
      owner.user,
      owner.project,
      name,
      description,
      own,
      limits.expiresAt,
      limits.scopes,
      limits.models,
    ],
  );
  return key;
}

const RoleList = Type.Array(Type.Enum([...roles]), { minItems: 1, maxItems: roles.length, uniqueItems: true });
export const parseNewKey = bodyParser(
  Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200 }),
      description: Type.Optional(Type.String({ maxLength: 2_000 })),
      roles: Type.Optional(RoleList),
      user: Type.Optional(
        Type.String({ maxLength: bounds.identifier, description: "Identifier; the caller by default." }),
      ),
      team: Type.Optional(
        Type.String({ maxLength: bounds.identifier, description: "Identifier; the caller's by default." }),
      ),
      project: Type.Optional(
        Type.String({
          maxLength: bounds.identifier,
          description: "Identifier; the key then sees only that project's jobs.",
        }),
      ),
      ...keyLimitFields,
    },
    { additionalProperties: false },
  ),
);

/**
 * Creates a key in the caller's account.
 *
 * @throws MillraceError `forbidden` for roles with more rights than the caller's; `invalid_request`, also for a user, team or project that the account does not have.
 */
export async function createAccessKey(pool: Pool, caller: Caller, body: unknown): Promise<NewAccessKey> {
  const wanted = parseNewKey(body);
  const own: readonly Role[] = wanted.roles ?? [wanted.project === undefined ? "DATA_SCIENTIST" : "PROJECT"];
  checkProjectRole(own, wanted.project !== undefined);
  const limits = parseKeyLimits(wanted);
  return inTransaction(pool, async (transaction) => {
    const owner = {
      account: caller.accountIdentifier,
      user: wanted.user ?? caller.userIdentifier,
      team: wanted.team ?? caller.teamIdentifier,
      project: wanted.project ?? null,
    };
    for (const kind of ["user", "team", "project"] as const) {
      if (owner[kind] !== null) await checkOwned(transaction, owner.account, kind, owner[kind]);
    }
    const described = { name: wanted.name, description: wanted.description ?? "", roles: own };
    const key = await insertKey(transaction, caller, owner, described, limits);
    return { ...(await findAccessKey(transaction, caller, splitApiKey(key)?.prefix ?? "")), key };
  });
}

/** @throws MillraceError `not_found`. */
export async function findAccessKey(database: Database, caller: Caller, prefix: string): Promise<AccessKey> {
  const [key] = await readAccessKeys(database, caller.accountIdentifier, { prefix });
  if (key !== undefined) return key;
  throw new MillraceError(
    "not_found",
    `There is no API key with the prefix ${JSON.stringify(prefix)} in your account. GET /api/accounting/access-keys lists all keys.`,
  );
}

/** The key that the caller wants to change. @throws MillraceError `forbidden`, `not_found`. */
async function requireChangeableKey(database: Database, caller: Caller, prefix: string): Promise<AccessKey> {
  const key = await findAccessKey(database, caller, prefix);
  requireRightsOf(caller, grantOf(key), `The API key ${prefix}`);
  return key;
}

function grantOf({ roles: own, scopes }: AccessKey): Grant {
  return { roles: own as Role[], scopes: scopes as Scope[] | null };
}

export const parseKeyChange = bodyParser(
  Type.Object(
    {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      description: Type.Optional(Type.String({ maxLength: 2_000 })),
      status: Type.Optional(Type.Enum(["Active", "Inactive"])),
      ...keyLimitFields,
    },
    { additionalProperties: false },
  ),
);

/** Changes a key's name, description, status and limits; an Inactive key is refused from the next request. */
export async function changeAccessKey(
  database: Database,
  caller: Caller,
  prefix: string,
  body: unknown,
): Promise<AccessKey> {
  const { name = null, description = null, status = null, ...change } = parseKeyChange(body);
  const key = await requireChangeableKey(database, caller, prefix);
  const { expiresAt, scopes, models } = parseKeyLimits(change, limitsOf(key));
  requireRightsOf(caller, { ...grantOf(key), scopes }, "A key with these scopes");
  if (status === "Inactive") refuseOwn(caller, prefix, "disable");
  else requireEarlierEnd(caller, expiresAt, `The API key ${prefix}`);
  await database.query(
    `UPDATE millrace.api_keys SET name = coalesce($2, name), description = coalesce($3, description), status = coalesce($4, status),
       expires_at = $5, scopes = $6, models = $7, updated_at = now() WHERE prefix = $1`,
    [prefix, name, description, status, expiresAt, scopes, models],
  );
  return findAccessKey(database, caller, prefix);
}

/** Replaces a key's secret; the old one is refused from the next request. */
export async function rotateAccessKey(database: Database, caller: Caller, prefix: string): Promise<NewAccessKey> {
  const key = await requireChangeableKey(database, caller, prefix);
  requireEarlierEnd(caller, limitsOf(key).expiresAt, `The API key ${prefix}`);
  const secret = splitApiKey(generateApiKey())?.secret ?? "";
  await database.query("UPDATE millrace.api_keys SET secret_sha256 = $2, updated_at = now() WHERE prefix = $1", [
    prefix,
    hashSecret(secret),
  ]);
  return { ...key, key: `${prefix}.${secret}` };
}

export const parseRoles = bodyParser(Type.Union([RoleList, Type.Object({ roles: RoleList })]));

/** Sets a key's roles; accepts the list, or an object with the list in `roles`. */
export async function setRoles(database: Database, caller: Caller, prefix: string, body: unknown): Promise<AccessKey> {
  const parsed = parseRoles(body);
  const wanted = Array.isArray(parsed) ? parsed : parsed.roles;
  const key = await requireChangeableKey(database, caller, prefix);
  requireRightsOf(caller, { ...grantOf(key), roles: wanted }, "A key with these roles");
  requireEarlierEnd(caller, limitsOf(key).expiresAt, `The API key ${prefix}`);
  checkProjectRole(wanted, key.project !== null);
  if (!wanted.includes("ACCOUNT_ADMIN") && !wanted.includes("SYSTEM_OWNER"))
    refuseOwn(caller, prefix, "remove the administrator role from");
  await database.query("UPDATE millrace.api_keys SET roles = $2, updated_at = now() WHERE prefix = $1", [
    prefix,
    wanted,
  ]);
  return findAccessKey(database, caller, prefix);
}

function limitsOf({ expiresAt, scopes, models }: AccessKey): KeyLimits {
  return { expiresAt: expiresAt === null ? null : new Date(expiresAt), scopes: scopes as Scope[] | null, models };
}

// Webhooks, keys, users and the audit log are the account's: a role that reaches them would lead out of the project.
const rolesOfAccounts: readonly Role[] = ["SYSTEM_OWNER", "ACCOUNT_ADMIN", "AUDITOR"];

function checkProjectRole(wanted: readonly Role[], isOfProject: boolean): void {
  const tooWide = isOfProject ? wanted.find((role) => rolesOfAccounts.includes(role)) : undefined;
  if (tooWide !== undefined) {
    throw new MillraceError(
      "invalid_request",
      `roles is not valid: found ${tooWide}, which reaches the whole account, for a key that belongs to a project; create a key without a project for it.`,
    );
  }
  if (wanted.includes("PROJECT") !== isOfProject) {
    throw new MillraceError(
      "invalid_request",
      isOfProject
        ? `roles is not valid: found ${wanted.join(", ")}, expected PROJECT among them because the key belongs to a project.`
        : "roles is not valid: found PROJECT, which only the keys of a project have; name the project in `project`.",
    );
  }
}

function refuseOwn(caller: Caller, prefix: string, what: string): void {
  if (caller.accessKey !== prefix) return;
  throw new MillraceError("conflict", `You cannot ${what} the key that you are calling with: use another key.`);
}

const tables = { user: "users", team: "teams", project: "projects" } as const;

async function checkOwned(
  database: Database,
  account: string,
  kind: keyof typeof tables,
  identifier: string,
): Promise<void> {
  const { rowCount } = await database.query(
    `SELECT 1 FROM millrace.${tables[kind]} WHERE identifier = $1 AND account_identifier = $2`,
    [identifier, account],
  );
  if (rowCount !== 0) return;
  throw new MillraceError(
    "invalid_request",
    `${kind} is not valid: found ${JSON.stringify(identifier)}, expected the identifier of a ${kind} of your account.`,
  );
}
