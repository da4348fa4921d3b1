import Type from "typebox";
import type { Given, Settings } from "./settings.js";

const connections = {
  pattern: "^([89]|[1-9]\\d{1,2})$",
  expected: "a whole number from 8 to 999",
} as const;

export const databaseVariables = {
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: "^postgres(ql)?://",
      expected: "a URL such as postgres://user:password@host:5432/database",
      description:
        "The PostgreSQL database to use, directly or by a pooler that keeps sessions ([Scaling](scaling.md#more-machines)). If unset, Millrace starts an embedded one. `?sslmode=verify-full` encrypts and checks the certificate; `prefer` uses TLS where the server has it and `allow` where it demands it, without checking, as found at startup.",
    }),
  ),
  MILLRACE_API_CONNECTIONS: Type.Optional(
    Type.String({
      ...connections,
      description:
        "Database connections that the API of this process may open; at least 8. Default: 20. The worker has its own. All processes together must stay below PostgreSQL's `max_connections`, 100 by default.",
    }),
  ),
  MILLRACE_WORKER_CONNECTIONS: Type.Optional(
    Type.String({
      ...connections,
      description:
        "Database connections that the worker and the maintenance of this process may open; at least 8. Default: 20.",
    }),
  ),
};

/** The PostgreSQL database. */
export interface DatabaseConfiguration {
  /** Undefined: an embedded PostgreSQL in the data directory. */
  readonly databaseUrl: string | undefined;
  /** Most connections to the database that requests share. */
  readonly apiConnections: number;
  /** Most connections to the database that the worker and maintenance share. */
  readonly workerConnections: number;
  /** How long one statement may wait for the database; the request that needs it is then answered with 503. */
  readonly statementLimitMs: number;
}

// Less than the 30 s after which published clients give up.
const defaultStatementLimitMs = 20_000;

export function databaseConfiguration(
  given: Given<DatabaseConfiguration>,
  settings: Settings<typeof databaseVariables>,
): DatabaseConfiguration {
  return {
    databaseUrl: given.databaseUrl ?? settings.DATABASE_URL,
    apiConnections: given.apiConnections ?? Number(settings.MILLRACE_API_CONNECTIONS ?? 20),
    workerConnections: given.workerConnections ?? Number(settings.MILLRACE_WORKER_CONNECTIONS ?? 20),
    statementLimitMs: given.statementLimitMs ?? defaultStatementLimitMs,
  };
}
