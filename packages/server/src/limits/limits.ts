import { formatWireDate, Limits, type LimitsWithUse } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { hasRight } from "../accounts/rights.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import type { LimitScope } from "./limit-scopes.js";
import { dayResetsAt, monthResetsAt } from "./reset-times.js";

/** The subject of limits. */
export interface LimitSubject {
  readonly scope: LimitScope;
  /** Of the account or team; the prefix of the key. */
  readonly identifier: string;
}

/**
 * Returns the limits of an account, a team or a key, and their usage, to every caller of the account.
 *
 * @throws MillraceError `not_found`, also for those of another account, unless a system owner asks.
 */
export async function findLimits(database: Database, caller: Caller, subject: LimitSubject): Promise<LimitsWithUse> {
  return readLimits(database, subject, await requireSeen(database, caller, subject));
}

const parseLimits = bodyParser(Limits);

/**
 * Sets the limits of an account, a team or a key; omitted fields have no limit. Only a system owner sets those of an account.
 *
 * @throws MillraceError `forbidden`, `not_found`, `invalid_request`.
 */
export async function setLimits(
  database: Database,
  caller: Caller,
  subject: LimitSubject,
  body: unknown,
): Promise<LimitsWithUse> {
  const account = await requireSeen(database, caller, subject);
  const limits = parseLimits(body);
  await database.query(
    `INSERT INTO millrace.limits
       (scope, identifier, requests_per_second, burst, inputs_per_day, bytes_per_day, model_hours_per_month, concurrent_jobs)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (scope, identifier) DO UPDATE SET (requests_per_second, burst, inputs_per_day, bytes_per_day, model_hours_per_month,
       concurrent_jobs) = ($3, $4, $5, $6, $7, $8)`,
    [
      subject.scope,
      subject.identifier,
      limits.requestsPerSecond ?? null,
      limits.burst ?? null,
      limits.inputsPerDay ?? null,
      limits.bytesPerDay ?? null,
      limits.modelHoursPerMonth ?? null,
      limits.concurrentJobs ?? null,
    ],
  );
  return readLimits(database, subject, account);
}

async function readLimits(database: Database, subject: LimitSubject, account: string): Promise<LimitsWithUse> {
  const { rows } = await database.query<LimitsWithUse["limits"] & LimitsWithUse["use"]>(
    `SELECT l.requests_per_second AS "requestsPerSecond", l.burst, l.inputs_per_day AS "inputsPerDay", l.bytes_per_day AS "bytesPerDay",
       l.model_hours_per_month AS "modelHoursPerMonth", l.concurrent_jobs AS "concurrentJobs"
     FROM (SELECT) one LEFT JOIN millrace.limits l ON l.scope = $1 AND l.identifier = $2`,
    [subject.scope, subject.identifier],
  );
  const { rows: use } = await database.query<LimitsWithUse["use"]>(
    `SELECT inputs AS "inputsToday", bytes AS "bytesToday", model_hours AS "modelHoursThisMonth", jobs AS "concurrentJobs"
     FROM millrace.use_of($1, $2, $3)`,
    [subject.scope, subject.identifier, account],
  );
  const now = new Date();
  return {
    limits: rows[0] as LimitsWithUse["limits"],
    use: use[0] as LimitsWithUse["use"],
    dayResetsAt: formatWireDate(dayResetsAt(now)),
    monthResetsAt: formatWireDate(monthResetsAt(now)),
  };
}

const places = {
  account: { table: "accounts", column: "identifier", account: "identifier", list: "accounts" },
  team: { table: "teams", column: "identifier", account: "account_identifier", list: "teams" },
  key: { table: "api_keys", column: "prefix", account: "account_identifier", list: "access-keys" },
} as const satisfies Record<LimitScope, object>;

/** @returns the account that the subject is or belongs to. */
async function requireSeen(database: Database, caller: Caller, { scope, identifier }: LimitSubject): Promise<string> {
  const { table, column, account, list } = places[scope];
  const { rows } = await database.query<{ account: string }>(
    `SELECT ${account} AS account FROM millrace.${table} WHERE ${column} = $1 AND ($2 OR ${account} = $3)`,
    [identifier, hasRight(caller, "CAN_MANAGE_ALL_ACCOUNTS"), caller.accountIdentifier],
  );
  if (rows[0] !== undefined) return rows[0].account;
  throw new MillraceError(
    "not_found",
    `Unknown ${scope} ${JSON.stringify(identifier)}. GET /api/accounting/${list} lists those that you can see.`,
  );
}
