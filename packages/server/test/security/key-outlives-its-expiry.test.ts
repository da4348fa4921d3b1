import type { AccessKey, ErrorBody, NewAccessKey } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.js";

const expiresAt = "2999-01-01T00:00:00.000+00:00";

describe("a key that expires gives nobody access beyond its end", () => {
  let server: TestServer;
  let expiring: NewAccessKey;
  let lasting: NewAccessKey;

  const create = async (body: object) =>
    (await server.call<NewAccessKey>("POST", "/accounting/access-keys", { name: "k", ...body })).body;
  const call = <Body = ErrorBody>(method: string, path: string, body?: unknown) =>
    server.call<Body>(method, `/accounting/${path}`, body, { authorization: `ApiKey ${expiring.key}` });

  beforeAll(async () => {
    server = await startTestServer();
    expiring = await create({ roles: ["SYSTEM_OWNER", "ACCOUNT_ADMIN"], expiresAt });
    lasting = await create({ roles: ["DATA_SCIENTIST"] });
  });
  afterAll(() => server?.close());

  it.each([
    ["taking its own end off", () => call("PATCH", `access-keys/${expiring.prefix}`, { expiresAt: null })],
    [
      "moving its own end",
      () => call("PATCH", `access-keys/${expiring.prefix}`, { expiresAt: "2999-01-01T00:00:01Z" }),
    ],
    ["creating a key without an end", () => call("POST", "access-keys", { name: "x", roles: ["DATA_SCIENTIST"] })],
    ["creating a project, which comes with a key", () => call("POST", "projects", { name: "x" })],
    [
      "creating an account, which comes with a key",
      () => call("POST", "accounts", { name: "x", email: "x@y.example" }),
    ],
    ["taking over a key that lasts longer", () => call("POST", `access-keys/${lasting.prefix}/rotate`)],
    [
      "giving its rights to a key that lasts longer",
      () => call("PUT", `access-keys/${lasting.prefix}/roles`, ["ACCOUNT_ADMIN"]),
    ],
  ])("by %s", async (_way, attack) => {
    const { status, body } = await attack();
    expect([status, body.message]).toEqual([403, expect.stringMatching(/would work longer than the API key/)]);
  });

  it("it manages keys that end no later, and disables any", async () => {
    const made = await call<NewAccessKey>("POST", "access-keys", { name: "x", roles: ["ACCOUNT_ADMIN"], expiresAt });
    expect(made.status).toBe(201);
    expect((await call("POST", `access-keys/${made.body.prefix}/rotate`)).status).toBe(200);
    const disabled = await call<AccessKey>("PATCH", `access-keys/${lasting.prefix}`, { status: "Inactive" });
    expect([disabled.status, disabled.body.status]).toEqual([200, "Inactive"]);
    expect((await call("PATCH", `access-keys/${lasting.prefix}`, { status: "Active" })).status).toBe(403);
  });
});
