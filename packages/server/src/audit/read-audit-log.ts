import { formatWireDate, type AuditEntry, type AuditQuery } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { hasRight } from "../accounts/rights.js";
import { parsePage } from "../database/paging.js";
import { createParameters } from "../database/parameters.js";
import { parseMoment } from "../database/parse-moment.js";
import type { Database } from "../database/transaction.js";

/**
 * A page of the entries that match, the newest first: of the caller's account; of all accounts, and of callers who could not sign in,
 * for a system owner. Primary key, or index audit_log_by_account.
 */
export function listAuditEntries(database: Database, caller: Caller, query: AuditQuery): Promise<AuditEntry[]> {
  return readPage(database, caller, query, parsePage(query).size);
}

const entriesPerStatement = 1_000;

/** All entries that match, one line of JSON each, the newest first. */
export function streamAuditLines(database: Database, caller: Caller, query: AuditQuery): AsyncIterable<string> {
  return readLines(database, caller, query);
}

async function* readLines(database: Database, caller: Caller, query: AuditQuery): AsyncGenerator<string> {
  for (let { before } = query; ;) {
    const entries = await readPage(database, caller, { ...query, before }, entriesPerStatement);
    if (entries.length > 0) yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    if (entries.length < entriesPerStatement) return;
    before = entries.at(-1)?.identifier;
  }
}

interface Row {
  readonly id: number;
  readonly created_at: Date;
  readonly account_identifier: string | null;
  readonly user_identifier: string | null;
  readonly access_key: string | null;
  readonly action: string;
  readonly target: Record<string, string>;
  readonly address: string | null;
  readonly status_code: number;
  readonly code: string | null;
  readonly request_id: string;
  readonly count: number;
}

async function readPage(
  database: Database,
  caller: Caller,
  query: Omit<AuditQuery, "before"> & { readonly before?: string | undefined },
  size: number,
): Promise<AuditEntry[]> {
  const parameters = createParameters();
  const { account } = query;
  const seesAll = hasRight(caller, "CAN_MANAGE_ALL_ACCOUNTS");
  const conditions = [
    ...(seesAll ? [] : [`account_identifier = ${parameters.add(caller.accountIdentifier)}`]),
    ...(account === undefined ? [] : [`account_identifier = ${parameters.add(account)}`]),
    ...(query.user === undefined ? [] : [`user_identifier = ${parameters.add(query.user)}`]),
    ...(query.accessKey === undefined ? [] : [`access_key = ${parameters.add(query.accessKey)}`]),
    ...(query.action === undefined ? [] : [`action = ${parameters.add(query.action)}`]),
    ...(query.address === undefined ? [] : [`address = ${parameters.add(query.address)}`]),
    ...(query.statusCode === undefined ? [] : [`status_code = ${parameters.add(Number(query.statusCode))}`]),
    ...(query.requestId === undefined ? [] : [`request_id = ${parameters.add(query.requestId)}`]),
    ...(query.target === undefined
      ? []
      : [`${parameters.add(query.target)} IN (SELECT value FROM jsonb_each_text(target))`]),
    ...(query.before === undefined ? [] : [`id < ${parameters.add(query.before)}`]),
    ...(query.startDate ? [`created_at >= ${parameters.add(parseMoment(query.startDate, "startDate"))}`] : []),
    ...(query.endDate ? [`created_at <= ${parameters.add(parseMoment(query.endDate, "endDate"))}`] : []),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const { rows } = await database.query<Row>(
    `SELECT * FROM millrace.audit_log ${where} ORDER BY id DESC LIMIT ${size}`,
    parameters.values,
  );
  return rows.map((row) => ({
    identifier: String(row.id),
    createdAt: formatWireDate(row.created_at),
    accountIdentifier: row.account_identifier,
    userIdentifier: row.user_identifier,
    accessKey: row.access_key,
    action: row.action,
    target: row.target,
    address: row.address,
    statusCode: row.status_code,
    code: row.code,
    requestId: row.request_id,
    count: row.count,
  }));
}
