import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOutbound } from "../../src/outbound/outbound.js";
import { startDatabaseWire, type DatabaseWire } from "../support/database-wire.js";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("jdbc does not read Millrace's own database", () => {
  describe("which is detected when connected", () => {
    let server: TestServer;
    let wire: DatabaseWire;
    beforeAll(async () => {
      server = await startTestServer({ outbound: "loopback" });
      wire = await startDatabaseWire(server.databaseUrl);
    });
    afterAll(async () => {
      await server?.close();
      await wire?.close();
    });

    it("behind another address, as its superuser", async () => {
      const { username, password, port, pathname } = new URL(wire.connectionString);
      const { jobIdentifier } = await server.submit({
        model: noOp,
        input: {
          type: "jdbc",
          url: `jdbc:postgresql://localhost:${port}${pathname}`,
          username: decodeURIComponent(username),
          password: decodeURIComponent(password),
          query: "SELECT name AS input FROM millrace.migrations",
        },
      });
      await server.waitForEnd(jobIdentifier);
      const { results, failures } = await server.results(jobIdentifier);
      expect([results, Object.keys(failures)]).toEqual([{}, ["query"]]);
      expect(failures["query"]).toMatchObject({
        code: "input.address_not_allowed",
        error: expect.stringMatching(/it is Millrace's own\.$/),
      });
    });

    it("and inputs do not reach Millrace's own API, even if loopback is allowed", async () => {
      const endpoint = server.url.replace("127.0.0.1", "localhost");
      const sources = { a: { input: { bucket: "api", key: "health" } } };
      const { jobIdentifier } = await server.submit({
        model: noOp,
        input: { type: "storage-grid", endpoint, sources, accessKeyID: "a", secretAccessKey: "b" },
      });
      await server.waitForEnd(jobIdentifier);
      const { failures } = await server.results(jobIdentifier);
      expect(failures["a"]?.error).toMatch(/is not allowed: it resolves to Millrace itself\.$/);
    });
  });

  describe("by any name of its address, whatever is allowed", () => {
    const names: Readonly<Record<string, string>> = { "db.internal": "10.0.0.5", "other.internal": "10.0.0.5" };
    const ownAddress =
      Object.values(networkInterfaces())
        .flat()
        .find((entry) => entry?.family === "IPv4" && !entry.internal)?.address ?? "127.0.0.1";
    const outboundWith = (databaseUrl: string) =>
      createOutbound({
        allowed: `private,loopback,0.0.0.0,10.0.0.5:5432,other.internal:5432,${ownAddress}`,
        databaseUrl,
        resolve: async (host) => [{ address: names[host] ?? "10.0.0.6", family: 4 }],
      });
    it.each([
      ["postgres://u:p@db.internal:5432/d", "db.internal"],
      ["postgres://u:p@db.internal/d", "other.internal"],
      ["postgres://u:p@DB.internal/d", "10.0.0.5"],
      ["postgres://u:p@db.internal/d", "::ffff:10.0.0.5"],
      ["postgres://u:p@10.0.0.5/d", "other.internal"],
      ["postgres://u:p@127.0.0.1:5432/d", "127.0.0.2"],
      ["postgres://u:p@127.0.0.1:5432/d", "0.0.0.0"],
      ["postgres://u:p@127.0.0.1:5432/d", ownAddress],
    ])("%s as %s", async (databaseUrl, host) => {
      await expect(outboundWith(databaseUrl).resolve(host, 5432)).rejects.toThrow(/Millrace itself/);
    });

    it("databases at another port or host are allowed", async () => {
      const outbound = outboundWith("postgres://u:p@db.internal:5432/d");
      await expect(outbound.resolve("other.internal", 5433)).resolves.toHaveLength(1);
      await expect(outbound.resolve("third.internal", 5432)).resolves.toHaveLength(1);
    });
  });
});
