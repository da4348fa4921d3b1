import pg from "pg";

// Counters and times are far below 2^53: plain numbers instead of the driver's strings.
const bigintTypeId = 20;

/** A pool of connections to PostgreSQL. Times are sent and read as UTC, bigint columns as numbers. */
export function createPool(
  connectionString: string,
  options: { maximumConnections: number; applicationName: string },
): pg.Pool {
  const types = new pg.TypeOverrides();
  types.setTypeParser(bigintTypeId, Number);
  const pool = new pg.Pool({
    connectionString,
    max: options.maximumConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    types,
  });
  // A connection that breaks is replaced at the next use, and its statement rejects; without listeners the process would end.
  pool.on("error", () => undefined);
  pool.on("connect", (connection) => connection.on("error", () => undefined));
  return pool;
}
