import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";

/** A change or a refusal. */
export interface NewAuditEntry {
  /** Null if the caller is unknown. */
  readonly accountIdentifier: string | null;
  readonly userIdentifier: string | null;
  /** The public part of the API key; for a failed sign-in, only if such a key exists. */
  readonly accessKey: string | null;
  /** Method and pattern of the route: `POST /api/jobs/:job/pause`. */
  readonly action: string;
  /** The identifiers in the path and of what was created, by name. */
  readonly target: Readonly<Record<string, string>>;
  readonly address: string | null;
  /** Of the HTTP response. */
  readonly statusCode: number;
  /** The error's code; null on success. */
  readonly code: string | null;
  /** Of the last request, if the entry stands for several. */
  readonly requestId: string;
  /** How many requests the entry stands for. */
  readonly count: number;
}

/** Appends entries, durable when it resolves. */
export async function insertEntries(database: Database, entries: readonly NewAuditEntry[]): Promise<void> {
  await database.query(
    prepared(
      `INSERT INTO millrace.audit_log
       (account_identifier, user_identifier, access_key, action, target, address, status_code, code, request_id, count)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[], $7::smallint[], $8::text[],
       $9::text[], $10::int[])`,
      [
        entries.map((entry) => entry.accountIdentifier),
        entries.map((entry) => entry.userIdentifier),
        entries.map((entry) => entry.accessKey),
        entries.map((entry) => entry.action),
        entries.map((entry) => JSON.stringify(entry.target)),
        entries.map((entry) => entry.address),
        entries.map((entry) => entry.statusCode),
        entries.map((entry) => entry.code),
        entries.map((entry) => entry.requestId),
        entries.map((entry) => entry.count),
      ],
    ),
  );
}
