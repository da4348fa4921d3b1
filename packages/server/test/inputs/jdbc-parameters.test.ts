import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { decodeCell, listRows, type TableCell } from "../../src/inputs/sources/jdbc/table-rows.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";
import { socketOf } from "../support/database-wire.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startTlsPostgres, type TlsOfServer } from "../support/tls-postgres.js";

describe("the parameters of a JDBC URL", () => {
  let database: TestDatabase;
  let login: { username: string; password: string };
  beforeAll(async () => {
    database = await createTestDatabase("template1");
    const { username, password, searchParams } = new URL(database.connectionString);
    login = {
      username: decodeURIComponent(username) || (searchParams.get("user") ?? "postgres"),
      password: decodeURIComponent(password) || (searchParams.get("password") ?? ""),
    };
    const client = new pg.Client(database.connectionString);
    await client.connect();
    await client.query(`
      CREATE TABLE public.reviews AS SELECT 'public' AS body;
      CREATE SCHEMA tenant_a; CREATE TABLE tenant_a.reviews AS SELECT 'tenant a' AS body;
      CREATE SCHEMA "Tenant, B"; CREATE TABLE "Tenant, B".reviews AS SELECT 'tenant b' AS body;
      CREATE SCHEMA shared; CREATE TABLE shared.moments AS SELECT timestamptz '2027-01-31 00:00+00' AS moment`);
    await client.end();
  });
  afterAll(() => database?.drop());

  const read = async (
    parameters: string,
    { query = "SELECT body AS input FROM reviews", tls = "none" }: { query?: string; tls?: TlsOfServer } = {},
  ) => {
    const server = await startTlsPostgres(socketOf(database.connectionString), tls);
    onTestFinished(() => server.close());
    const url = `jdbc:postgresql://localhost:${server.port}${new URL(database.connectionString).pathname}${parameters}`;
    const cells: (string | null)[] = [];
    for await (const page of listRows({ url, ...login, query }, loopbackOutbound, new AbortController().signal))
      for (const input of page)
        if ("dataItems" in input) {
          const cell = input.dataItems["input"] as TableCell | null;
          cells.push(cell === null ? null : Buffer.from(decodeCell(cell)).toString("utf8"));
        }
    return { cells, encrypted: server.encrypted };
  };

  it.each([
    ["", "public"],
    ["?currentSchema=tenant_a", "tenant a"],
    ["?currentSchema=TENANT_A", "tenant a"],
    ["?currentSchema=shared,tenant_a", "tenant a"],
    ["?currentSchema=%22Tenant,%20B%22,public", "tenant b"],
    ["?options=-c%20search_path=tenant_a", "tenant a"],
    ["?options=--search-path=%22Tenant,%5C%20B%22", "tenant b"],
    ["?currentSchema=tenant_a&options=-c%20search_path=public", "tenant a"],
  ])("%s reads the table that %s is in", async (parameters, body) => {
    expect((await read(parameters)).cells).toEqual([body]);
  });

  it("a schema that does not exist, or lacks the table, reads nothing instead of another table", async () => {
    for (const schema of ["shared", "nobody", "%22tenant_a%27;%20SELECT%22"])
      await expect(read(`?currentSchema=${schema}`)).rejects.toMatchObject({ failureCode: "jdbc.query_failed" });
  });

  it("options and the application's name reach the query", async () => {
    const query = `SELECT current_setting('TimeZone') || ' ' || current_setting('application_name') || ' ' ||
      current_setting('statement_timeout') || ' ' || current_setting('transaction_read_only') AS input`;
    const parameters = "?ApplicationName=my%20app&options=-c%20timezone=Europe/Berlin%20-c%20statement_timeout=90s";
    expect((await read(parameters, { query })).cells).toEqual(["Europe/Berlin my app 90s on"]);
    expect((await read("?socketTimeout=20&connectTimeout=0", { query })).cells[0]).toMatch(/ millrace 20s on$/);
  });

  it.each([
    ["?sslmode=disable", "offered", false],
    ["?sslmode=allow", "none", false],
    ["?sslmode=allow", "offered", false],
    ["?sslmode=allow", "demanded", true],
    ["?sslmode=prefer", "none", false],
    ["?sslmode=prefer", "offered", true],
    ["", "none", false],
    ["", "offered", true],
    ["?ssl=false", "none", false],
    ["?sslmode=require", "offered", true],
  ] as const)("%s, where TLS is %s, encrypts: %s", async (parameters, tls, isEncrypted) => {
    const { cells, encrypted } = await read(parameters, { tls });
    expect([cells, encrypted]).toEqual([["public"], [isEncrypted]]);
  });

  it.each([
    ["?sslmode=disable", "demanded", /no encryption/],
    ["?sslmode=require", "none", /does not support SSL/],
    ["?sslmode=verify-ca", "offered", /self-signed certificate/],
    ["?sslmode=verify-full", "offered", /self-signed certificate/],
    ["?ssl=true", "offered", /self-signed certificate/],
    ["?ssl", "none", /does not support SSL/],
  ] as const)("%s does not connect where TLS is %s and its certificate self-signed", async (parameters, tls, cause) => {
    await expect(read(parameters, { tls })).rejects.toThrow(cause);
  });
});
