import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { ConfigurationError } from "../errors/configuration-error.js";

// A pooler that is busy with others may by chance give a connection the same session a few times in a row: transactions on several
// others take the sessions that are free.
const rounds = 15;
const others = 4;

/** Connections that `requireSessions` uses at the same time. */
export const sessionConnections = 1 + others;

/**
 * Checks that a connection keeps its session. Millrace uses LISTEN and prepared statements, which a pooler that gives out sessions
 * by transaction, such as PgBouncer with `pool_mode = transaction`, loses without an error at first.
 *
 * @param pool `sessionConnections` free connections of it are used.
 * @throws ConfigurationError
 */
export async function requireSessions(pool: Pool): Promise<void> {
  const connections: PoolClient[] = [];
  try {
    while (connections.length < sessionConnections) connections.push(await pool.connect());
    const [first, ...rest] = connections as [PoolClient, ...PoolClient[]];
    const mark = randomUUID();
    await first.query("SELECT set_config('millrace.session', $1, false)", [mark]);
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(rest.map((other) => other.query("BEGIN")));
      const marks = await Promise.all(rest.map(markOf));
      // The session of the first connection is now either its own, or in use by another.
      const isLost = (await markOf(first)) !== mark;
      await Promise.all(rest.map((other) => other.query("COMMIT")));
      if (isLost || marks.includes(mark))
        throw new ConfigurationError(
          "The database of DATABASE_URL is behind a pooler that gives connections a session for one transaction only, such as PgBouncer with pool_mode = transaction. Millrace needs sessions: set pool_mode = session for its database, or name the database itself in DATABASE_URL.",
        );
    }
    await first.query("SELECT set_config('millrace.session', '', false)");
  } finally {
    for (const connection of connections) connection.release();
  }
}

async function markOf(connection: PoolClient): Promise<string | null> {
  const { rows } = await connection.query<{ mark: string | null }>(
    "SELECT current_setting('millrace.session', true) AS mark",
  );
  return rows[0]?.mark ?? null;
}
