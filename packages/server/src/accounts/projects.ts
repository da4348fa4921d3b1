import { randomUUID } from "node:crypto";
import { formatWireDate, type AccessKey, type NewProject, type Project, type ProjectQuery } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { orderBy, parsePage, type Page } from "../database/paging.js";
import { containing, createParameters, type Parameters } from "../database/parameters.js";
import { inTransaction, type Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import { insertKey, readAccessKeys } from "./access-keys.js";
import type { Caller } from "./caller.js";
import { isOfTeamOnly } from "./rights.js";

interface ProjectRow {
  readonly identifier: string;
  readonly name: string;
  readonly description: string;
  readonly status: string;
  readonly visibility: string;
  readonly user_identifier: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const select = `SELECT p.identifier, p.name, p.description, p.status, p.visibility, p.user_identifier, u.first_name, u.last_name, u.email,
  p.created_at, p.updated_at FROM millrace.projects p JOIN millrace.users u ON u.identifier = p.user_identifier`;

const sortColumns = {
  identifier: "p.identifier",
  name: "p.name",
  status: "p.status",
  createdAt: "p.created_at",
  updatedAt: "p.updated_at",
};

export interface ProjectPage {
  readonly projects: Project[];
  readonly page: Page;
  readonly totalCount: number;
}

/** The projects of the caller's account that match a query, by name unless sorted otherwise; a key of a project or a team sees only its own. */
export async function listProjects(database: Database, caller: Caller, query: ProjectQuery): Promise<ProjectPage> {
  const page = parsePage(query);
  const parameters = createParameters(caller.accountIdentifier);
  const conditions = ["p.account_identifier = $1", visibleProjects(caller, parameters)];
  conditions.push(
    ...containing(query.search, parameters, (pattern) => `(p.name ILIKE ${pattern} OR p.description ILIKE ${pattern})`),
  );
  if (query.status) conditions.push(`lower(p.status) = lower(${parameters.add(query.status)})`);
  const order = orderBy(query["sort-by"], query.direction, sortColumns, { by: "name", direction: "ASC" });
  const { rows } = await database.query<ProjectRow & { count: number }>(
    `SELECT *, count(*) OVER () AS count FROM (${select} WHERE ${conditions.join(" AND ")}) p
     ORDER BY ${order}, p.identifier LIMIT ${page.size} OFFSET ${(page.number - 1) * page.size}`,
    parameters.values,
  );
  const projects = await Promise.all(rows.map((row) => toProject(database, caller, row)));
  return { projects, page, totalCount: rows[0]?.count ?? 0 };
}

/** @throws MillraceError `not_found`, also for a project of another account. */
export async function findProject(database: Database, caller: Caller, identifier: string): Promise<Project> {
  const parameters = createParameters(identifier, caller.accountIdentifier);
  const { rows } = await database.query<ProjectRow>(
    `${select} WHERE p.identifier = $1 AND p.account_identifier = $2 AND ${visibleProjects(caller, parameters)}`,
    parameters.values,
  );
  if (rows[0] !== undefined) return toProject(database, caller, rows[0]);
  throw new MillraceError(
    "not_found",
    `There is no project ${JSON.stringify(identifier)} in your account. GET /api/accounting/projects lists all projects.`,
  );
}

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Description = Type.Optional(Type.String({ maxLength: 2_000 }));
const Visibility = Type.Optional(Type.Enum(["PRIVATE", "ACCOUNT"]));
export const parseNewProject = bodyParser(
  Type.Object({ name: Name, description: Description, visibility: Visibility }, { additionalProperties: false }),
);

/**
 * Creates a project with its first key, as a project without keys is of no use and breaks published clients (contract trap T27).
 *
 * @throws MillraceError `invalid_request`; `conflict` when the account has a project of that name.
 */
export async function createProject(pool: Pool, caller: Caller, body: unknown): Promise<NewProject> {
  const { name, description = "", visibility = "PRIVATE" } = parseNewProject(body);
  return inTransaction(pool, async (transaction) => {
    const identifier = randomUUID();
    const { rowCount } = await transaction.query(
      `INSERT INTO millrace.projects (identifier, account_identifier, user_identifier, name, description, visibility)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [identifier, caller.accountIdentifier, caller.userIdentifier, name, description, visibility],
    );
    if (rowCount === 0)
      throw new MillraceError("conflict", `name: the account already has a project ${JSON.stringify(name)}.`);
    const owner = {
      account: caller.accountIdentifier,
      team: caller.teamIdentifier,
      user: caller.userIdentifier,
      project: identifier,
    };
    const key = await insertKey(transaction, caller, owner, { name, description: "", roles: ["PROJECT"] });
    return { ...(await findProject(transaction, caller, identifier)), key };
  });
}

export const parseProjectChange = bodyParser(
  Type.Object(
    {
      name: Type.Optional(Name),
      description: Description,
      visibility: Visibility,
      status: Type.Optional(Type.Enum(["Active", "Inactive"])),
    },
    { additionalProperties: false },
  ),
);

/** Changes a project; the keys of one that is Inactive are refused from the next call on. */
export async function changeProject(
  database: Database,
  caller: Caller,
  identifier: string,
  body: unknown,
): Promise<Project> {
  const { name = null, description = null, visibility = null, status = null } = parseProjectChange(body);
  await findProject(database, caller, identifier);
  const { rows } = await database.query(
    "SELECT 1 FROM millrace.projects WHERE account_identifier = $1 AND name = $2 AND identifier <> $3",
    [caller.accountIdentifier, name, identifier],
  );
  if (rows.length > 0)
    throw new MillraceError("conflict", `name: the account already has a project ${JSON.stringify(name)}.`);
  await database.query(
    `UPDATE millrace.projects SET name = coalesce($2, name), description = coalesce($3, description),
       visibility = coalesce($4, visibility), status = coalesce($5, status), updated_at = now() WHERE identifier = $1`,
    [identifier, name, description, visibility, status],
  );
  return findProject(database, caller, identifier);
}

/** A project's keys as the caller may know them: who is only of a team or a project sees those of the same team, without addresses. */
async function readProjectKeys(database: Database, caller: Caller, project: string): Promise<AccessKey[]> {
  const keys = await readAccessKeys(database, caller.accountIdentifier, { project });
  if (!isOfTeamOnly(caller)) return keys;
  return keys
    .filter(({ prefix, team }) => prefix === caller.accessKey || team.identifier === caller.teamIdentifier)
    .map((key) => (key.user.identifier === caller.userIdentifier ? key : { ...key, user: { ...key.user, email: "" } }));
}

/** The condition that leaves the projects that the caller may know of: the key's own, or those that its team has a key of. */
function visibleProjects(caller: Caller, parameters: Parameters): string {
  if (caller.projectIdentifier !== null) return `p.identifier = ${parameters.add(caller.projectIdentifier)}`;
  if (!isOfTeamOnly(caller)) return "true";
  const team = parameters.add(caller.teamIdentifier);
  return `EXISTS (SELECT FROM millrace.api_keys k WHERE k.project_identifier = p.identifier AND k.team_identifier = ${team})`;
}

async function toProject(database: Database, caller: Caller, row: ProjectRow): Promise<Project> {
  const isOfTeam = isOfTeamOnly(caller);
  return {
    identifier: row.identifier,
    name: row.name,
    description: row.description,
    status: row.status,
    visibility: row.visibility,
    accessKeys: await readProjectKeys(database, caller, row.identifier),
    user: {
      identifier: row.user_identifier,
      firstName: row.first_name,
      lastName: row.last_name,
      email: isOfTeam && row.user_identifier !== caller.userIdentifier ? "" : row.email,
    },
    createdAt: formatWireDate(row.created_at),
    updatedAt: formatWireDate(row.updated_at),
  };
}
