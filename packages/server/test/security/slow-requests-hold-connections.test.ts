import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headOf, openRaw } from "../support/raw-connection.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

describe("an incomplete request cannot hold its connection longer than the limit", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ clientLimits: { headersMs: 500, requestMs: 1_000 } });
  });
  afterAll(() => server?.close());

  it("half of the headers", async () => {
    const { received } = openRaw(server, "GET /api/models HTTP/1.1\r\nhost: test\r\n");
    expect(await received).toMatch(/^HTTP\/1.1 408 [\s\S]*"code":"request_timeout"/);
  });

  it("nothing at all", async () => {
    const { received } = openRaw(server);
    await received;
  });

  it("half of a body", async () => {
    const head = headOf(server, "POST", "/jobs", { "content-type": "application/json", "content-length": 1_000 });
    const { received } = openRaw(server, `${head}{"model":`);
    expect(await received).toMatch(/^HTTP\/1.1 408 /);
  });
});
