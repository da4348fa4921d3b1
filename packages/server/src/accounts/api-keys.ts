import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { Caller } from "./caller.js";

/** A new key: the whole text is shown once, only a hash of its secret is kept. */
export function generateApiKey(): string {
  return `${randomBytes(9).toString("base64url").replace(/[-_]/g, "x")}.${randomBytes(24).toString("base64url")}`;
}

/** The parts of `prefix.secret`, split at the first dot. */
export function splitApiKey(key: string): { prefix: string; secret: string } | undefined {
  const dot = key.indexOf(".");
  return dot < 1 || dot === key.length - 1 ? undefined : { prefix: key.slice(0, dot), secret: key.slice(dot + 1) };
}

/** What is stored of a secret. One round of SHA-256 is enough for a random secret; it is no password. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

const noKeyHelp =
  "Send the header `Authorization: ApiKey <prefix>.<secret>`; the server shows its first key when it starts for the first time.";
const anySecretHash = hashSecret("");

/**
 * Who is calling, by the Authorization header (`ApiKey prefix.secret`, or the same after `Bearer`).
 *
 * @throws MillraceError `unauthenticated`, in the same words for an unknown prefix and a wrong secret.
 */
export async function authenticate(database: Database, authorization: string | undefined): Promise<Caller> {
  if (!authorization) throw new MillraceError("unauthenticated", `No API key was sent. ${noKeyHelp}`);
  const key = /^(?:ApiKey|Bearer)\s+(\S+)$/i.exec(authorization.trim())?.[1];
  const parts = key === undefined ? undefined : splitApiKey(key);
  if (parts === undefined)
    throw new MillraceError("unauthenticated", `The Authorization header is not an API key. ${noKeyHelp}`);
  const { rows } = await database.query<{
    secret_sha256: Buffer;
    account_identifier: string;
    team_identifier: string;
    user_identifier: string;
    status: string;
  }>(
    `SELECT k.secret_sha256, k.account_identifier, k.team_identifier, k.user_identifier, k.status
     FROM millrace.api_keys k WHERE k.prefix = $1`,
    [parts.prefix],
  );
  const row = rows[0];
  const matches = timingSafeEqual(hashSecret(parts.secret), row?.secret_sha256 ?? anySecretHash);
  if (row === undefined || !matches) {
    throw new MillraceError(
      "unauthenticated",
      "The API key is not known here: check the prefix and the secret, and that the address is the right server's.",
    );
  }
  if (row.status !== "Active") {
    throw new MillraceError(
      "unauthenticated",
      `The API key ${parts.prefix} is not active (its status is ${row.status}): ask your administrator for another.`,
    );
  }
  return {
    accountIdentifier: row.account_identifier,
    teamIdentifier: row.team_identifier,
    userIdentifier: row.user_identifier,
    accessKey: parts.prefix,
  };
}
