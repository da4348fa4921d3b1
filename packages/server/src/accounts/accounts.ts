import { randomUUID } from "node:crypto";
import { formatWireDate, type Account, type AccountTeam, type License, type NewAccount } from "@millrace/contract";
import type { Pool } from "pg";
import Type from "typebox";
import { inTransaction, type Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import { insertKey } from "./access-keys.js";
import type { Caller } from "./caller.js";
import { entitlementsOf } from "./rights.js";

interface Row {
  readonly identifier: string;
  readonly name: string;
  readonly status: string;
  readonly created_at: Date;
}

/** The caller's account; all of them for a system owner. */
export async function listAccounts(database: Database, caller: Caller): Promise<Account[]> {
  const seesAll = entitlementsOf(caller).some(({ identifier }) => identifier === "CAN_MANAGE_ALL_ACCOUNTS");
  const { rows } = await database.query<Row>(
    "SELECT identifier, name, status, created_at FROM millrace.accounts WHERE $2 OR identifier = $1 ORDER BY created_at, identifier",
    [caller.accountIdentifier, seesAll],
  );
  return rows.map((row) => ({ ...toTeam(row), status: row.status }));
}

/** @throws MillraceError `not_found`, also for an account that the caller may not see. */
export async function findAccount(database: Database, caller: Caller, identifier: string): Promise<Account> {
  const found = (await listAccounts(database, caller)).find((account) => account.identifier === identifier);
  if (found !== undefined) return found;
  throw new MillraceError(
    "not_found",
    `There is no account ${JSON.stringify(identifier)} that you can see. GET /api/accounting/accounts lists the accounts that you can see.`,
  );
}

const Name = Type.String({ minLength: 1, maxLength: 200 });
export const parseNewAccount = bodyParser(
  Type.Object(
    {
      name: Name,
      email: Type.String({ pattern: "^[^@\\s]+@[^@\\s]+$", maxLength: 320, description: "an e-mail address" }),
    },
    { additionalProperties: false },
  ),
);

/** Creates an account with a team, an administrator with the given e-mail address, and that administrator's key. */
export async function createAccount(pool: Pool, caller: Caller, body: unknown): Promise<NewAccount> {
  const { name, email } = parseNewAccount(body);
  return inTransaction(pool, async (transaction) => {
    const owner = { account: randomUUID(), team: randomUUID(), user: randomUUID(), project: null };
    await transaction.query("INSERT INTO millrace.accounts (identifier, name) VALUES ($1, $2)", [owner.account, name]);
    await insertTeam(transaction, owner.account, owner.team, "Default");
    await transaction.query(
      `INSERT INTO millrace.users (identifier, account_identifier, external_identifier, first_name, last_name, email)
       VALUES ($1, $2, $3, $4, 'Admin', $3)`,
      [owner.user, owner.account, email, name],
    );
    const key = await insertKey(transaction, caller, owner, {
      name: "Admin",
      description: "",
      roles: ["ACCOUNT_ADMIN", "DATA_SCIENTIST"],
    });
    return { ...(await findAccount(transaction, caller, owner.account)), key };
  });
}

/** The teams of the caller's account. */
export async function listTeams(database: Database, caller: Caller): Promise<AccountTeam[]> {
  const { rows } = await database.query<Row>(
    "SELECT identifier, name, created_at FROM millrace.teams WHERE account_identifier = $1 ORDER BY created_at, identifier",
    [caller.accountIdentifier],
  );
  return rows.map(toTeam);
}

export const parseNewTeam = bodyParser(Type.Object({ name: Name }, { additionalProperties: false }));

/** Creates a team in the caller's account. */
export async function createTeam(database: Database, caller: Caller, body: unknown): Promise<AccountTeam> {
  const identifier = randomUUID();
  return toTeam(await insertTeam(database, caller.accountIdentifier, identifier, parseNewTeam(body).name));
}

/** The owner of this installation, and how many engines its live workers can run. */
export async function readLicense(database: Database, caller: Caller): Promise<License> {
  const { rows } = await database.query<{ name: string; engines: number }>(
    `SELECT a.name, (SELECT coalesce(sum(cpu_count), 0)::bigint FROM millrace.living_workers) AS engines
     FROM millrace.accounts a WHERE a.identifier = $1`,
    [caller.accountIdentifier],
  );
  return { companyName: rows[0]?.name ?? "", processingEngines: String(rows[0]?.engines ?? 0) };
}

async function insertTeam(database: Database, account: string, identifier: string, name: string): Promise<Row> {
  const { rows } = await database.query<Row>(
    "INSERT INTO millrace.teams (identifier, account_identifier, name) VALUES ($1, $2, $3) RETURNING identifier, name, created_at",
    [identifier, account, name],
  );
  return rows[0] as Row;
}

function toTeam({ identifier, name, created_at }: Row): AccountTeam {
  return { identifier, name, createdAt: formatWireDate(created_at) };
}
