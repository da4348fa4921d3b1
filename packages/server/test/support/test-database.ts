import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createPool } from "../../src/database/pool.js";
import { templateDatabase, withDatabase } from "./global-postgres.js";

export interface TestDatabase {
  readonly connectionString: string;
  drop(): Promise<void>;
}

/** A migrated, empty database for one test file, cloned from a template; another template has tables of its own, or none. */
export async function createTestDatabase(template = templateDatabase): Promise<TestDatabase> {
  const postgresUrl = inject("postgresUrl");
  const name = `millrace_test_${randomBytes(6).toString("hex")}`;
  const run = async (sql: string) => {
    const admin = createPool(postgresUrl, { maximumConnections: 1, applicationName: "millrace-tests" });
    try {
      await admin.query(sql);
    } finally {
      await admin.end();
    }
  };
  await run(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    connectionString: withDatabase(postgresUrl, name),
    drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
