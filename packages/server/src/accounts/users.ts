import { randomUUID } from "node:crypto";
import { bounds, formatWireDate, type AccountUser, type UserQuery } from "@millrace/contract";
import Type from "typebox";
import { orderBy, parsePage, type Page } from "../database/paging.js";
import { containing, createParameters, type Parameters } from "../database/parameters.js";
import { parseMoment } from "../database/parse-moment.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import type { Caller } from "./caller.js";
import { isOfTeamOnly, requireRight, requireRightsOf, type Grant } from "./rights.js";
import { visibleEmail } from "./visible-email.js";

interface UserRow {
  readonly identifier: string;
  readonly external_identifier: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly title: string | null;
  readonly picture_url: string | null;
  readonly status: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly last_active_at: Date | null;
  readonly account_identifier: string;
  readonly account_name: string;
  readonly prefixes: string[];
  readonly active_keys: number;
  readonly jobs: number;
}

const sortColumns = {
  identifier: "u.identifier",
  firstName: "u.first_name",
  lastName: "u.last_name",
  email: "u.email",
  status: "u.status",
  createdAt: "u.created_at",
  updatedAt: "u.updated_at",
  lastActiveDateTime: "u.last_active_at",
};
const dateColumns = {
  createdAt: "u.created_at",
  updatedAt: "u.updated_at",
  lastActiveDateTime: "u.last_active_at",
} as const;

const from = `FROM millrace.users u JOIN millrace.accounts a ON a.identifier = u.account_identifier`;
const columns = `u.identifier, u.external_identifier, u.first_name, u.last_name, u.email, u.title, u.picture_url, u.status,
  u.created_at, u.updated_at, u.last_active_at, u.account_identifier, a.name AS account_name,
  ARRAY(SELECT prefix FROM millrace.api_keys k WHERE k.user_identifier = u.identifier ORDER BY k.created_at) AS prefixes,
  (SELECT count(*) FROM millrace.api_keys k WHERE k.user_identifier = u.identifier AND k.status = 'Active') AS active_keys,
  (SELECT count(*) FROM millrace.jobs j WHERE j.account_identifier = u.account_identifier AND j.user_identifier = u.identifier) AS jobs`;

export interface UserPage {
  readonly users: AccountUser[];
  readonly page: Page;
  readonly totalCount: number;
}

/** The users of the caller's account that match a query, the oldest first unless sorted otherwise. */
export async function listUsers(database: Database, caller: Caller, query: UserQuery): Promise<UserPage> {
  const page = parsePage(query);
  const parameters = createParameters(caller.accountIdentifier);
  const conditions = ["u.account_identifier = $1", ...ofOwnTeam(caller, parameters)];
  const where = (value: unknown, sql: (parameter: string) => string) => conditions.push(sql(parameters.add(value)));
  const whereText = (filter: string | undefined, column: string) =>
    conditions.push(...containing(filter, parameters, (pattern) => `${column} ILIKE ${pattern}`));
  whereText(query.firstName, "u.first_name");
  whereText(query.lastName, "u.last_name");
  const email = () => visibleEmail(caller, "u", parameters);
  if (query.email) whereText(query.email, email());
  if (query.search) whereText(query.search, `concat_ws(' ', u.first_name, u.last_name, ${email()})`);
  if (query.status)
    where(query.status.split(/[,;]/), (p) => `lower(u.status) = ANY (SELECT lower(unnest(${p}::text[])))`);
  if (query.accessKey)
    where(
      query.accessKey,
      (p) => `EXISTS (SELECT FROM millrace.api_keys k WHERE k.user_identifier = u.identifier AND k.prefix = ${p})`,
    );
  const dated = dateColumn(query.searchDate);
  if (query.startDate) where(parseMoment(query.startDate, "startDate"), (p) => `${dated} >= ${p}`);
  if (query.endDate) where(parseMoment(query.endDate, "endDate"), (p) => `${dated} <= ${p}`);
  const order = orderBy(query["sort-by"], query.direction, sortColumns, { by: "createdAt", direction: "ASC" });
  const condition = conditions.join(" AND ");
  const count = await database.query<{ count: number }>(
    `SELECT count(*) AS count ${from} WHERE ${condition}`,
    parameters.values,
  );
  const { rows } = await database.query<UserRow>(
    `SELECT ${columns} ${from} WHERE ${condition} ORDER BY ${order}, u.identifier LIMIT ${page.size} OFFSET ${(page.number - 1) * page.size}`,
    parameters.values,
  );
  return { users: rows.map((row) => shownTo(caller, row)), page, totalCount: count.rows[0]?.count ?? 0 };
}

function dateColumn(name: string | undefined): string {
  const column = Object.entries(dateColumns).find(([known]) => known === (name || "createdAt"))?.[1];
  if (column !== undefined) return column;
  throw new MillraceError(
    "invalid_request",
    `searchDate is not valid: found ${JSON.stringify(name)}, expected one of ${Object.keys(dateColumns).join(", ")}.`,
  );
}

export const parseSearch = bodyParser(
  Type.Object({ identifiers: Type.Array(Type.String({ maxLength: bounds.identifier }), { maxItems: 1_000 }) }),
);

/** The users of the caller's account with these identifiers; unknown ones are left out. */
export async function findUsers(database: Database, caller: Caller, body: unknown): Promise<AccountUser[]> {
  const parameters = createParameters(caller.accountIdentifier, parseSearch(body).identifiers);
  const conditions = ["u.account_identifier = $1", "u.identifier = ANY ($2)", ...ofOwnTeam(caller, parameters)];
  const { rows } = await database.query<UserRow>(
    `SELECT ${columns} ${from} WHERE ${conditions.join(" AND ")} ORDER BY u.created_at, u.identifier`,
    parameters.values,
  );
  return rows.map((row) => shownTo(caller, row));
}

export const parseNewUser = bodyParser(
  Type.Object({
    firstName: Type.String({ minLength: 1, maxLength: 200 }),
    lastName: Type.String({ minLength: 1, maxLength: 200 }),
    email: Type.String({ pattern: "^[^@\\s]+@[^@\\s]+$", maxLength: 320, description: "an e-mail address" }),
    title: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
    externalIdentifier: Type.Optional(Type.Union([Type.String({ maxLength: 320 }), Type.Null()])),
  }),
);

/**
 * Creates a user of an account; the user calls with keys that an administrator creates.
 *
 * @throws MillraceError `forbidden` when the account is another's and the caller is no system owner; `not_found`; `conflict` when the
 *   account has a user with that e-mail address.
 */
export async function createUser(
  database: Database,
  caller: Caller,
  accountIdentifier: string,
  body: unknown,
): Promise<AccountUser> {
  requireRight(
    caller,
    accountIdentifier === caller.accountIdentifier ? "CAN_MANAGE_ACCOUNT" : "CAN_MANAGE_ALL_ACCOUNTS",
  );
  const { firstName, lastName, email, title = null, externalIdentifier } = parseNewUser(body);
  const known = await database.query("SELECT 1 FROM millrace.accounts WHERE identifier = $1", [accountIdentifier]);
  if (known.rowCount === 0)
    throw new MillraceError("not_found", `There is no account ${JSON.stringify(accountIdentifier)}.`);
  const identifier = randomUUID();
  const { rowCount } = await database.query(
    `INSERT INTO millrace.users (identifier, account_identifier, external_identifier, first_name, last_name, email, title)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [identifier, accountIdentifier, externalIdentifier ?? email, firstName, lastName, email, title],
  );
  if (rowCount === 0)
    throw new MillraceError("conflict", `email: the account already has a user ${JSON.stringify(email)}.`);
  return findUser(database, accountIdentifier, identifier);
}

export const parseUserChange = bodyParser(
  Type.Object(
    {
      firstName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      lastName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      title: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
      status: Type.Optional(Type.Enum(["Active", "Inactive"])),
    },
    { additionalProperties: false },
  ),
);

/** Changes a user of the caller's account; the keys of an Inactive user are refused from the next request. */
export async function changeUser(
  database: Database,
  caller: Caller,
  identifier: string,
  body: unknown,
): Promise<AccountUser> {
  const { firstName = null, lastName = null, title, status = null } = parseUserChange(body);
  if (status === "Inactive" && identifier === caller.userIdentifier)
    throw new MillraceError("conflict", "You cannot disable yourself. Ask another administrator.");
  await findUser(database, caller.accountIdentifier, identifier);
  const keys = await database.query<Grant>("SELECT roles, scopes FROM millrace.api_keys WHERE user_identifier = $1", [
    identifier,
  ]);
  for (const key of keys.rows) requireRightsOf(caller, key, `The user ${identifier}`);
  await database.query(
    `UPDATE millrace.users SET first_name = coalesce($2, first_name), last_name = coalesce($3, last_name), title = CASE WHEN $6 THEN $4 ELSE title END,
       status = coalesce($5, status), updated_at = now() WHERE identifier = $1`,
    [identifier, firstName, lastName, title ?? null, status, title !== undefined],
  );
  return findUser(database, caller.accountIdentifier, identifier);
}

async function findUser(database: Database, accountIdentifier: string, identifier: string): Promise<AccountUser> {
  const { rows } = await database.query<UserRow>(
    `SELECT ${columns} ${from} WHERE u.identifier = $1 AND u.account_identifier = $2`,
    [identifier, accountIdentifier],
  );
  if (rows[0] === undefined)
    throw new MillraceError("not_found", `There is no user ${JSON.stringify(identifier)} in your account.`);
  return toUser(rows[0]);
}

/** Callers limited to a team or a project see the users who have a key of the same team. */
function ofOwnTeam(caller: Caller, parameters: Parameters): string[] {
  if (!isOfTeamOnly(caller)) return [];
  const [own, team] = [parameters.add(caller.userIdentifier), parameters.add(caller.teamIdentifier)];
  return [
    `(u.identifier = ${own} OR EXISTS (SELECT FROM millrace.api_keys k WHERE k.user_identifier = u.identifier AND k.team_identifier = ${team}))`,
  ];
}

/** A user as the caller may see it: callers limited to a team or a project see only the names of others. */
function shownTo(caller: Caller, row: UserRow): AccountUser {
  const user = toUser(row);
  if (!isOfTeamOnly(caller)) return user;
  if (row.identifier === caller.userIdentifier)
    return { ...user, listAccessKeys: user.listAccessKeys.filter((prefix) => prefix === caller.accessKey) };
  return {
    ...user,
    externalIdentifier: "",
    email: "",
    lastActiveDateTime: null,
    listAccessKeys: [],
    activeAccessKeyCount: 0,
  };
}

function toUser(row: UserRow): AccountUser {
  return {
    identifier: row.identifier,
    externalIdentifier: row.external_identifier,
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    status: row.status,
    title: row.title,
    pictureURL: row.picture_url,
    lastActiveDateTime: row.last_active_at === null ? null : formatWireDate(row.last_active_at),
    visited: row.last_active_at !== null,
    onboarded: row.jobs > 0,
    createdAt: formatWireDate(row.created_at),
    updatedAt: formatWireDate(row.updated_at),
    activeAccessKeyCount: row.active_keys,
    listAccessKeys: row.prefixes,
    account: { identifier: row.account_identifier, name: row.account_name },
    submittedJobs: row.jobs,
  };
}
