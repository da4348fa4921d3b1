import type { NewAccessKey } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.js";

describe("a key with scopes cannot gain rights through the keys that it manages", () => {
  let server: TestServer;
  let manager: NewAccessKey;
  let other: NewAccessKey;

  const create = async (body: object) =>
    (await server.call<NewAccessKey>("POST", "/accounting/access-keys", { name: "k", ...body })).body;
  const call = (method: string, path: string, body?: object) =>
    server.call<any>(method, `/accounting/${path}`, body, { authorization: `ApiKey ${manager.key}` });

  beforeAll(async () => {
    server = await startTestServer();
    manager = await create({ roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN"], scopes: ["manage"] });
    other = await create({ roles: ["DATA_SCIENTIST"] });
  });
  afterAll(() => server?.close());

  it.each([
    ["making a key without scopes", () => call("POST", "access-keys", { name: "x", roles: ["DATA_SCIENTIST"] })],
    ["making a key with another scope", () => call("POST", "access-keys", { name: "x", scopes: ["read"] })],
    ["making a project, which comes with a key", () => call("POST", "projects", { name: "x" })],
    ["making an account, which comes with a key", () => call("POST", "accounts", { name: "x", email: "x@y.example" })],
    ["taking its own scopes off", () => call("PATCH", `access-keys/${manager.prefix}`, { scopes: null })],
    ["widening them", () => call("PATCH", `access-keys/${manager.prefix}`, { scopes: ["manage", "read"] })],
    ["rotating a key that may more", () => call("POST", `access-keys/${other.prefix}/rotate`)],
  ])("by %s", async (_way, attack) => {
    const { status, body } = await attack();
    expect([status, body.message]).toEqual([403, expect.stringMatching(/has a right that the API key .* lacks/)]);
  });

  it("it manages keys with its own scopes", async () => {
    const made = await call("POST", "access-keys", { name: "x", roles: ["ACCOUNT_ADMIN"], scopes: ["manage"] });
    expect(made.status).toBe(201);
    expect((await call("POST", `access-keys/${made.body.prefix}/rotate`)).status).toBe(200);
  });
});
