import type { AccessKey, Account, ErrorBody, NewAccessKey, User } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.js";

describe("an account administrator cannot become a system owner", () => {
  let server: TestServer;
  let administrator: string;
  let owner: { prefix: string; user: string };

  const call = <Body = ErrorBody>(method: string, path: string, body?: object) =>
    server.call<Body>(method, path, body, { authorization: `ApiKey ${administrator}` });

  beforeAll(async () => {
    server = await startTestServer();
    const [account] = (await server.call<Account[]>("GET", "/accounting/accounts")).body;
    const { body: user } = await server.call<User>("POST", `/accounting/accounts/${account?.identifier}/users`, {
      firstName: "Ada",
      lastName: "Admin",
      email: "ada@example.com",
    });
    const { body } = await server.call<NewAccessKey>("POST", "/accounting/access-keys", {
      name: "administrator",
      user: user.identifier,
      roles: ["ACCOUNT_ADMIN"],
    });
    administrator = body.key;
    const keys = (await server.call<AccessKey[]>("GET", "/accounting/access-keys")).body;
    const key = keys.find(({ roles }) => roles.includes("SYSTEM_OWNER"));
    if (key === undefined) throw new Error("The server has no owner's key.");
    owner = { prefix: key.prefix, user: key.user.identifier };
  });
  afterAll(() => server?.close());

  it.each([
    ["rotating the owner's key", () => call("POST", `/accounting/access-keys/${owner.prefix}/rotate`)],
    ["disabling it", () => call("PATCH", `/accounting/access-keys/${owner.prefix}`, { status: "Inactive" })],
    ["renaming it", () => call("PATCH", `/accounting/access-keys/${owner.prefix}`, { name: "mine" })],
    ["taking its roles", () => call("PUT", `/accounting/access-keys/${owner.prefix}/roles`, ["ACCOUNT_ADMIN"])],
    ["disabling its user", () => call("PATCH", `/accounting/users/${owner.user}`, { status: "Inactive" })],
    [
      "making a key of its own with that role",
      () => call("POST", "/accounting/access-keys", { name: "x", roles: ["SYSTEM_OWNER"] }),
    ],
    [
      "giving itself that role",
      () =>
        call("PUT", `/accounting/access-keys/${administrator.split(".")[0]}/roles`, ["SYSTEM_OWNER", "ACCOUNT_ADMIN"]),
    ],
  ])("by %s", async (_way, attack) => {
    const { status, body } = await attack();
    expect([status, body.message]).toEqual([403, expect.stringContaining("SYSTEM_OWNER")]);
    expect((await server.call("GET", "/accounting/access-keys")).status).toBe(200);
  });

  it("an administrator manages the keys and users of the account", async () => {
    const { body: key } = await call<NewAccessKey>("POST", "/accounting/access-keys", {
      name: "y",
      roles: ["DATA_SCIENTIST"],
    });
    expect((await call("POST", `/accounting/access-keys/${key.prefix}/rotate`)).status).toBe(200);
    expect((await call("PATCH", `/accounting/access-keys/${key.prefix}`, { status: "Inactive" })).status).toBe(200);
  });
});
