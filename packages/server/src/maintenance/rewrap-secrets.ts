import type { Database } from "../database/transaction.js";
import { sealedAccess } from "../jobs/credentials.js";
import type { SealedColumn } from "../storage/sealed-column.js";
import { headerBytes, type SecretBox } from "../storage/secret-box.js";
import { sealedWebhookColumns } from "../webhooks/sealed-webhook.js";

/** Every column of encrypted secrets. Secrets in a column missing here would be lost in a master key rotation. */
export const sealedColumns: readonly SealedColumn[] = [sealedAccess, ...sealedWebhookColumns];

const rowsAtOnce = 100;

/** The result of a pass over all secrets. */
export interface RewrapPass {
  readonly rewrapped: number;
  /** Secrets that no known key decrypts; they are left unchanged. */
  readonly unopened: number;
}

/**
 * Re-encrypts every secret under the active master key. Rows are updated one by one, and only if unchanged since they were read, so
 * jobs, webhooks and other rotations continue meanwhile, and an interrupted pass keeps its progress.
 */
export async function rewrapSecrets(database: Database, box: SecretBox, signal?: AbortSignal): Promise<RewrapPass> {
  let [rewrapped, unopened] = [0, 0];
  for (const sealed of sealedColumns) {
    let after: unknown = null;
    for (;;) {
      signal?.throwIfAborted();
      const rows = await readBatch(database, box, sealed, after);
      for (const row of rows) {
        const fresh = tryRewrap(box, row);
        if (fresh === undefined) unopened += 1;
        else if (await replace(database, sealed, row, fresh)) rewrapped += 1;
      }
      after = rows.at(-1)?.key;
      if (rows.length < rowsAtOnce) break;
    }
  }
  return { rewrapped, unopened };
}

/** How many secrets are not under the master key that a header names. */
export async function countUnderOtherKeys(database: Database, header: Buffer): Promise<number> {
  const counts = sealedColumns.map(
    ({ table, column }) => `(SELECT count(*) FROM ${table} t WHERE substr(t.${column}, 1, ${headerBytes}) <> $1)`,
  );
  const { rows } = await database.query<{ count: number }>(`SELECT ${counts.join(" + ")} AS count`, [header]);
  return rows[0]?.count ?? 0;
}

interface SealedRow {
  readonly key: unknown;
  readonly sealed: Buffer;
  readonly context: string;
}

async function readBatch(
  database: Database,
  box: SecretBox,
  { table, column, key, context }: SealedColumn,
  after: unknown,
): Promise<SealedRow[]> {
  const { rows } = await database.query<SealedRow>(
    `SELECT t.${key} AS key, t.${column} AS sealed, ${context} AS context FROM ${table} t
     WHERE substr(t.${column}, 1, ${headerBytes}) <> $1 ${after === null ? "" : `AND t.${key} > $2`}
     ORDER BY t.${key} LIMIT ${rowsAtOnce}`,
    [box.header(), ...(after === null ? [] : [after])],
  );
  return rows;
}

function tryRewrap(box: SecretBox, { sealed, context }: SealedRow): Buffer | undefined {
  try {
    return box.rewrap(sealed, context);
  } catch {
    return undefined;
  }
}

async function replace(
  database: Database,
  { table, column, key }: SealedColumn,
  row: SealedRow,
  fresh: Buffer,
): Promise<boolean> {
  const { rowCount } = await database.query(`UPDATE ${table} SET ${column} = $2 WHERE ${key} = $1 AND ${column} = $3`, [
    row.key,
    fresh,
    row.sealed,
  ]);
  return rowCount === 1;
}
