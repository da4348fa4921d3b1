import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../src/database/embedded-postgres/embedded-postgres.js";
import { migrate } from "../../src/database/migrate.js";
import { createPool } from "../../src/database/pool.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** A PostgreSQL that has a migrated database `millrace_template`. */
    postgresUrl: string;
  }
}

export const templateDatabase = "millrace_template";

/** One real PostgreSQL for a whole test run; `MILLRACE_TEST_DATABASE_URL` names another to use. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["MILLRACE_TEST_DATABASE_URL"];
  const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-test-postgres-"));
  const embedded =
    given === undefined ? await startEmbeddedPostgres({ dataDirectory, log: () => undefined }) : undefined;
  const postgresUrl = given ?? embedded?.connectionString ?? "";
  const admin = createPool(postgresUrl, { maximumConnections: 1, applicationName: "millrace-tests" });
  await admin.query(`DROP DATABASE IF EXISTS ${templateDatabase}`);
  await admin.query(`CREATE DATABASE ${templateDatabase}`);
  await admin.end();
  const template = createPool(withDatabase(postgresUrl, templateDatabase), {
    maximumConnections: 2,
    applicationName: "millrace-tests",
  });
  await migrate(template);
  await template.end();
  project.provide("postgresUrl", postgresUrl);
  return async () => {
    await embedded?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*)\/[^?]*/, `$1/${database}`);
}
