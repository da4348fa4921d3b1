import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "@millrace/embedded-postgres";
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
  const server = await startServer(process.env["MILLRACE_TEST_DATABASE_URL"]);
  try {
    await makeTemplate(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide("postgresUrl", server.url);
  return server.stop;
}

async function startServer(givenUrl: string | undefined): Promise<{ url: string; stop: () => Promise<void> }> {
  if (givenUrl !== undefined) return { url: givenUrl, stop: () => Promise.resolve() };
  const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-test-postgres-"));
  // Where root runs the tests, PostgreSQL's user must get in too.
  await chmod(dataDirectory, 0o755);
  const removeFiles = () => rm(dataDirectory, { recursive: true, force: true });
  // Kept to be shown when it does not start.
  const lines: string[] = [];
  try {
    const embedded = await startEmbeddedPostgres({ dataDirectory, log: (line) => lines.push(line) });
    const stop = async () => {
      await embedded.stop();
      await removeFiles();
    };
    return { url: embedded.connectionString, stop };
  } catch (error) {
    await removeFiles();
    throw new Error(`The PostgreSQL for the tests did not start:\n${lines.join("\n")}`, { cause: error });
  }
}

async function makeTemplate(url: string): Promise<void> {
  const admin = createPool(url, { maximumConnections: 1, applicationName: "millrace-tests" });
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${templateDatabase}`);
    await admin.query(`CREATE DATABASE ${templateDatabase}`);
  } finally {
    await admin.end();
  }
  await migrate(withDatabase(url, templateDatabase));
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*)\/[^?]*/, `$1/${database}`);
}
