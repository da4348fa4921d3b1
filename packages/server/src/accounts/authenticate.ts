import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { Caller } from "./caller.js";
import { rememberSecret } from "../errors/secret-values.js";
import type { Role } from "./roles.js";
import type { Scope } from "./scopes.js";

/** A new key: shown in full once; only a hash of its secret is stored. */
export function generateApiKey(): string {
  return `${randomBytes(9).toString("base64url").replace(/[-_]/g, "x")}.${randomBytes(24).toString("base64url")}`;
}

/** The parts of `prefix.secret`, split at the first dot. */
export function splitApiKey(key: string): { prefix: string; secret: string } | undefined {
  const dot = key.indexOf(".");
  return dot < 1 || dot === key.length - 1 ? undefined : { prefix: key.slice(0, dot), secret: key.slice(dot + 1) };
}

/** The parts of the key in an Authorization header; undefined if it is malformed. */
export function keyOfAuthorization(authorization: string): { prefix: string; secret: string } | undefined {
  const key = /^(?:ApiKey|Bearer)\s+(\S+)$/i.exec(authorization.trim())?.[1];
  return key === undefined ? undefined : splitApiKey(key);
}

/** The stored hash of a secret. One round of SHA-256 is enough because the secret is random, not a password. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** An API key that is unknown or no longer valid. */
export class SignInError extends MillraceError {
  constructor(
    message: string,
    /** The key with the prefix that was sent, if it exists. */
    readonly key?: { readonly prefix: string; readonly accountIdentifier: string },
  ) {
    super("unauthenticated", message);
  }
}

const noKeyHelp =
  "Send the header `Authorization: ApiKey <prefix>.<secret>`; the server prints a key when it first starts, and `millrace keys create --local` makes another on its machine.";
const anySecretHash = hashSecret("");

/**
 * Identifies the caller by the Authorization header (`ApiKey prefix.secret`, or the same after `Bearer`).
 *
 * @param teamIdentifier the header Modzy-Team-Id: narrows the caller to that team.
 * @throws SignInError, in the same words for an unknown prefix and a wrong secret; MillraceError `forbidden` for a team
 *   that the key may not act for.
 */
export async function authenticate(
  database: Database,
  authorization: string | undefined,
  teamIdentifier: string | undefined,
): Promise<Caller> {
  if (!authorization) throw new SignInError(`No API key was sent. ${noKeyHelp}`);
  const parts = keyOfAuthorization(authorization);
  if (parts === undefined) throw new SignInError(`The Authorization header is not an API key. ${noKeyHelp}`);
  const { rows } = await database.query<{
    secret_sha256: Buffer;
    account_identifier: string;
    team_identifier: string;
    user_identifier: string;
    project_identifier: string | null;
    roles: Role[];
    scopes: Scope[] | null;
    models: string[] | null;
    expires_at: Date | null;
    inactive: string | null;
    is_stale: boolean;
  }>(
    prepared(
      `SELECT k.secret_sha256, k.account_identifier, k.team_identifier, k.user_identifier, k.project_identifier, k.roles, k.scopes, k.models, k.expires_at,
       CASE WHEN k.status <> 'Active' THEN 'its status is ' || k.status
         WHEN u.status <> 'Active' THEN 'its user is ' || u.status
         WHEN a.status <> 'Active' THEN 'its account is ' || a.status
         WHEN p.status <> 'Active' THEN 'its project is ' || p.status
         WHEN k.expires_at <= now() THEN 'it expired at ' || to_char(k.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI UTC') END AS inactive,
       coalesce(k.last_active_at < now() - interval '1 minute', true) AS is_stale
     FROM millrace.api_keys k JOIN millrace.users u ON u.identifier = k.user_identifier
       JOIN millrace.accounts a ON a.identifier = k.account_identifier
       LEFT JOIN millrace.projects p ON p.identifier = k.project_identifier
     WHERE k.prefix = $1`,
      [parts.prefix],
    ),
  );
  const row = rows[0];
  const matches = timingSafeEqual(hashSecret(parts.secret), row?.secret_sha256 ?? anySecretHash);
  const known = row && { prefix: parts.prefix, accountIdentifier: row.account_identifier };
  if (row === undefined || !matches) {
    throw new SignInError("Unknown API key. Check the prefix, the secret and the server's address.", known);
  }
  if (row.inactive !== null) {
    throw new SignInError(
      `The API key ${parts.prefix} is not active (${row.inactive}): ask your administrator for another.`,
      known,
    );
  }
  rememberSecret(parts.secret);
  if (row.is_stale) recordUse(database, parts.prefix, row.user_identifier);
  const caller = {
    accountIdentifier: row.account_identifier,
    teamIdentifier: row.team_identifier,
    userIdentifier: row.user_identifier,
    accessKey: parts.prefix,
    roles: row.roles,
    scopes: row.scopes,
    models: row.models,
    expiresAt: row.expires_at,
    projectIdentifier: row.project_identifier,
    // A team key sees only what belongs to the team.
    isNarrowedToTeam: isOfTeam(row.roles),
  };
  return teamIdentifier === undefined || teamIdentifier === "" ? caller : actForTeam(database, caller, teamIdentifier);
}

const beingRecorded = new Set<string>();

/** At most once a minute, without delaying the request: a write per request would cost more than most requests. */
function recordUse(database: Database, prefix: string, userIdentifier: string): void {
  if (beingRecorded.has(prefix)) return;
  beingRecorded.add(prefix);
  database
    .query(
      `WITH key AS (UPDATE millrace.api_keys SET last_active_at = now()
         WHERE prefix = $1 AND coalesce(last_active_at < now() - interval '1 minute', true))
       UPDATE millrace.users SET last_active_at = now() WHERE identifier = $2`,
      [prefix, userIdentifier],
    )
    // The next call tries again.
    .catch(() => undefined)
    .finally(() => beingRecorded.delete(prefix));
}

/** A key that is only a team's sees only the team's jobs; being an auditor, too, adds no jobs. */
function isOfTeam(roles: readonly Role[]): boolean {
  return roles.includes("TEAM_ROLE") && roles.every((role) => role === "TEAM_ROLE" || role === "AUDITOR");
}

async function actForTeam(database: Database, caller: Caller, teamIdentifier: string): Promise<Caller> {
  const { rowCount } = await database.query(
    "SELECT 1 FROM millrace.teams WHERE identifier = $1 AND account_identifier = $2",
    [teamIdentifier, caller.accountIdentifier],
  );
  const mayChoose = caller.roles.includes("ACCOUNT_ADMIN") || caller.roles.includes("SYSTEM_OWNER");
  if (rowCount === 0 || (!mayChoose && teamIdentifier !== caller.teamIdentifier)) {
    throw new MillraceError(
      "forbidden",
      `Modzy-Team-Id: the API key ${caller.accessKey} cannot act for the team ${JSON.stringify(teamIdentifier)}; GET /api/accounting/teams lists the teams of its account.`,
    );
  }
  return { ...caller, teamIdentifier, isNarrowedToTeam: true };
}
