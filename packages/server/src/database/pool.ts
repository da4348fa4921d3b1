import pg from "pg";

// Counters and times are far below 2^53: plain numbers instead of the driver's strings.
const bigintTypeId = 20;

export interface PoolOptions {
  readonly maximumConnections: number;
  readonly applicationName: string;
  /** Milliseconds after which a statement fails, and its connection is given up; never by default. */
  readonly statementLimitMs?: number;
}

/** A pool of connections to PostgreSQL. Times are sent and read as UTC, bigint columns as numbers. */
export function createPool(connectionString: string, options: PoolOptions): pg.Pool {
  const types = new pg.TypeOverrides();
  types.setTypeParser(bigintTypeId, Number);
  const pool = new pg.Pool({
    connectionString,
    max: options.maximumConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // A database that was paused, or is behind a network that swallows packets, would be waited for without end.
    ...(options.statementLimitMs === undefined ? {} : { query_timeout: options.statementLimitMs }),
    types,
  });
  // A connection that breaks is replaced at the next use, and its statement rejects; without listeners the process would end.
  pool.on("error", () => undefined);
  pool.on("connect", (connection) => connection.on("error", () => undefined));
  return pool;
}
