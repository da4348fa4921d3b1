import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { sealedColumns } from "../../src/maintenance/rewrap-secrets.js";
import { createKeyRing } from "../../src/storage/key-ring.js";
import { createSecretBox, type SecretBox } from "../../src/storage/secret-box.js";

/** Runs statements on a connection of its own. */
export async function withConnection<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(connectionString);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Which of all sealed secrets a box opens. */
export async function countOpened(
  connectionString: string,
  box: SecretBox,
): Promise<{ opened: number; refused: number }> {
  return withConnection(connectionString, async (client) => {
    const counts = { opened: 0, refused: 0 };
    for (const { table, column, context } of sealedColumns) {
      const { rows } = await client.query<{ sealed: Buffer; context: string }>(
        `SELECT t.${column} AS sealed, ${context} AS context FROM ${table} t WHERE t.${column} IS NOT NULL`,
      );
      for (const row of rows) counts[opens(box, row) ? "opened" : "refused"] += 1;
    }
    return counts;
  });
}

function opens(box: SecretBox, { sealed, context }: { sealed: Buffer; context: string }): boolean {
  try {
    box.open(sealed, context);
    return true;
  } catch {
    return false;
  }
}

export const boxOf = (...keysHex: string[]): SecretBox =>
  createSecretBox(createKeyRing(keysHex.map((hex) => Buffer.from(hex, "hex"))));

/** The keys of a data directory in hexadecimal, the newest first. */
export async function readKeyFile(dataDirectory: string): Promise<string[]> {
  return (await readFile(join(dataDirectory, "master.key"), "utf8")).trim().split("\n");
}
