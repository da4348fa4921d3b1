import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("a key of a team or a project stays in it whatever other roles it has", () => {
  let server: TestServer;
  let team: string;
  let project: { readonly identifier: string; readonly key: string };

  const create = async (path: string, body: object) => {
    const { status, body: created } = await server.call("POST", `/accounting/${path}`, { name: "k", ...body });
    expect(status, JSON.stringify(created)).toBe(201);
    return created;
  };
  const read = async (key: string, path: string) =>
    (await server.call("GET", path, undefined, { authorization: `ApiKey ${key}` })).body;

  beforeAll(async () => {
    server = await startTestServer();
    team = (await create("teams", { name: "Night" })).identifier;
    project = await create("projects", { name: "Bees" });
    await server.submit({ model: noOp, input: { type: "text", sources: { a: { "input.txt": "x" } } } });
  });
  afterAll(() => server?.close());

  it("an auditor of a team sees no jobs of other teams", async () => {
    const { key } = await create("access-keys", { roles: ["AUDITOR", "TEAM_ROLE"], team });
    expect(await read(key, "/jobs/history")).toEqual([]);
    expect(await read(server.apiKey, "/jobs/history")).toHaveLength(1);
  });

  it.each(["SYSTEM_OWNER", "ACCOUNT_ADMIN", "AUDITOR"])("no key of a project is %s", async (role) => {
    const body = { name: "k", roles: ["PROJECT", role], project: project.identifier };
    const made = await server.call("POST", "/accounting/access-keys", body);
    expect([made.status, made.body.message]).toEqual([400, expect.stringContaining("reaches the whole account")]);
    const prefix = project.key.split(".")[0];
    const changed = await server.call("PUT", `/accounting/access-keys/${prefix}/roles`, ["PROJECT", role]);
    expect(changed.status).toBe(400);
  });

  it("a key of a team sees the projects that its team has keys of, and no e-mail address in them", async () => {
    const { key } = await create("access-keys", { roles: ["TEAM_ROLE"], team });
    expect(await read(key, "/accounting/projects")).toEqual([]);
    expect((await read(key, `/accounting/projects/${project.identifier}`)).code).toBe("not_found");
    const [account] = (await server.call("GET", "/accounting/accounts")).body;
    const person = { firstName: "Ann", lastName: "Bee", email: "ann@example.com" };
    const user = (await create(`accounts/${account.identifier}/users`, person)).identifier;
    const own = await create("access-keys", { roles: ["PROJECT"], project: project.identifier, team, user });
    const [seen, ...others] = await read(key, "/accounting/projects");
    expect(others).toEqual([]);
    expect(seen.accessKeys.map(({ prefix, user: { email } }: any) => [prefix, email])).toEqual([[own.prefix, ""]]);
  });
});
