import type pg from "pg";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { from as copyFrom } from "pg-copy-streams";

/** The rows that a submission leaves, written by COPY into a table like the one that it leaves them in. */
export interface CopiedInputs {
  /** Seconds from the first byte to the commit. */
  copy(): Promise<number>;
}

const bytesPerPiece = 2 ** 16;

export async function prepareCopiedInputs(pool: pg.Pool, sources: Record<string, object>): Promise<CopiedInputs> {
  await pool.query("CREATE TABLE IF NOT EXISTS copied_inputs (LIKE millrace.inputs INCLUDING ALL)");
  const rows = Object.entries(sources).map(
    ([name, items], position) => `1\t${position}\t${name}\t${JSON.stringify(items)}\n`,
  );
  const text = Buffer.from(rows.join(""));
  const pieces = Array.from({ length: Math.ceil(text.length / bytesPerPiece) }, (_, index) =>
    text.subarray(index * bytesPerPiece, (index + 1) * bytesPerPiece),
  );
  return {
    async copy() {
      await pool.query("TRUNCATE copied_inputs");
      const connection = await pool.connect();
      try {
        const startedAt = performance.now();
        await pipeline(
          Readable.from(pieces),
          connection.query(copyFrom("COPY copied_inputs (job_id, position, name, data_items) FROM STDIN")),
        );
        return (performance.now() - startedAt) / 1_000;
      } finally {
        connection.release();
      }
    },
  };
}
