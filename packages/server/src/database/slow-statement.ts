import type { QueryConfig } from "pg";

// A statement over a job of millions of inputs; longer than this the database is not slow but gone.
const limitMs = 15 * 60_000;

/** A statement that may take longer than the pool's limit, as it touches every row of a job. */
export function slowStatement(text: string, values: unknown[]): QueryConfig {
  return slowQuery({ text, values });
}

/** The same for a query that was made already, such as a COPY. */
export function slowQuery<Query extends object>(query: Query): Query {
  // The driver takes a limit for one statement; its types do not say so.
  return Object.assign(query, { query_timeout: limitMs });
}
