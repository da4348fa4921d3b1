import type { Database } from "../database/transaction.js";
import type { SealedColumn } from "../storage/sealed-column.js";
import type { SecretBox } from "../storage/secret-box.js";

const urlContext = (identifier: string) => `${identifier}/url`;

/** The encrypted columns of a webhook: the signing secret, and the URL, which may contain a token. */
export const sealedWebhookColumns: readonly SealedColumn[] = [
  { table: "millrace.webhooks", column: "sealed_secret", key: "identifier", context: "t.identifier" },
  { table: "millrace.webhooks", column: "sealed_url", key: "identifier", context: "t.identifier || '/url'" },
];

export function sealUrl(secrets: SecretBox, identifier: string, url: string): Buffer {
  return secrets.seal(url, urlContext(identifier));
}

export function openUrl(secrets: SecretBox, identifier: string, sealed: Buffer): string {
  return secrets.open(sealed, urlContext(identifier));
}

/** A URL safe to display: origin and path, and whether there is a query. */
export function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}

/** Encrypts URLs that earlier versions stored in plain text. */
export async function sealStoredUrls(database: Database, secrets: SecretBox): Promise<void> {
  const { rows } = await database.query<{ identifier: string; url: string }>(
    "SELECT identifier, url FROM millrace.webhooks WHERE sealed_url IS NULL",
  );
  for (const { identifier, url } of rows) {
    await database.query(
      "UPDATE millrace.webhooks SET sealed_url = $2, url = $3 WHERE identifier = $1 AND sealed_url IS NULL AND url = $4",
      [identifier, sealUrl(secrets, identifier, url), shownUrl(url), url],
    );
  }
}
