import pg from "pg";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { settleSslMode } from "../../src/database/settle-ssl-mode.js";
import { socketOf } from "../support/database-wire.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startTestServer } from "../support/test-server.js";
import { startTlsPostgres, type TlsOfServer } from "../support/tls-postgres.js";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

async function databaseUrl(tls: TlsOfServer, parameters: string): Promise<{ url: string; encrypted: boolean[] }> {
  const server = await startTlsPostgres(socketOf(database.connectionString), tls);
  onTestFinished(() => server.close());
  const { pathname, username, password, searchParams } = new URL(database.connectionString);
  const user = username || (searchParams.get("user") ?? "postgres");
  const secret = password || (searchParams.get("password") ?? "");
  return {
    url: `postgres://${user}:${secret}@localhost:${server.port}${pathname}${parameters}`,
    encrypted: server.encrypted,
  };
}

it.each([
  ["none", "?sslmode=prefer", false],
  ["none", "?application_name=x&sslmode=allow", false],
  ["offered", "?sslmode=prefer&application_name=x", true],
  ["offered", "?sslmode=allow", false],
  ["demanded", "?sslmode=allow", true],
] as const)("a server with TLS %s is connected to with %s; encrypted: %s", async (tls, parameters, isEncrypted) => {
  const { url, encrypted } = await databaseUrl(tls, parameters);
  const client = new pg.Client(await settleSslMode(url));
  await client.connect();
  await client.end();
  expect(encrypted).toEqual([isEncrypted, isEncrypted]);
});

it("leaves other connection strings as they are", async () => {
  for (const parameters of ["", "?sslmode=verify-full", "?uselibpqcompat=true&sslmode=require"])
    expect(await settleSslMode(`postgres://nobody.invalid/d${parameters}`)).toBe(
      `postgres://nobody.invalid/d${parameters}`,
    );
});

it.each(["require", "verify-ca"])(
  "sslmode=%s checks the certificate, and the driver has nothing to say",
  async (mode) => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on("warning", hear);
    onTestFinished(() => void process.off("warning", hear));
    const { url } = await databaseUrl("offered", `?sslmode=${mode}`);
    await expect(new pg.Client(await settleSslMode(url)).connect()).rejects.toThrow(/self.signed certificate/);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  },
);

it("a whole server starts with sslmode=prefer on a database without TLS", async () => {
  const { url } = await databaseUrl("none", "?sslmode=prefer");
  const server = await startTestServer({ databaseUrl: url });
  expect((await server.call("GET", "/models")).status).toBe(200);
  await server.close();
});
