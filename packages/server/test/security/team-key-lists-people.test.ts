import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("a team key sees no people and keys beyond its team", () => {
  let server: TestServer;
  let key: string;
  let mateKey: string;
  let users: Record<"own" | "mate" | "other", string>;

  const post = async (path: string, body: object) => {
    const { status, body: created } = await server.call("POST", path, body);
    expect(status, JSON.stringify(created)).toBe(201);
    return created;
  };
  const list = async (path: string) =>
    (await server.call("GET", path, undefined, { authorization: `ApiKey ${key}` })).body as any[];

  beforeAll(async () => {
    server = await startTestServer();
    const [account] = (await server.call("GET", "/accounting/accounts")).body;
    const newUser = async (name: string) => {
      const person = { firstName: name, lastName: "Bee", email: `${name}@example.com` };
      return (await post(`/accounting/accounts/${account.identifier}/users`, person)).identifier as string;
    };
    const team = (await post("/accounting/teams", { name: "Night" })).identifier;
    users = { own: await newUser("own"), mate: await newUser("mate"), other: await newUser("other") };
    const roles = ["TEAM_ROLE"];
    ({ key } = await post("/accounting/access-keys", { name: "own", user: users.own, team, roles }));
    await post("/accounting/access-keys", { name: "own second", user: users.own });
    mateKey = (await post("/accounting/access-keys", { name: "mate", user: users.mate, team, roles })).key;
    await post("/accounting/access-keys", { name: "other", user: users.other });
  });
  afterAll(() => server?.close());

  it("it sees only its own key", async () => {
    expect((await list("/accounting/access-keys")).map(({ prefix }) => prefix)).toEqual([key.split(".")[0]]);
  });

  it("it sees its own user and the names in its team", async () => {
    const listed = await list("/accounting/users");
    expect(listed.map(({ firstName, email, listAccessKeys }) => [firstName, email, listAccessKeys])).toEqual([
      ["own", "own@example.com", [key.split(".")[0]]],
      ["mate", "", []],
    ]);
    const search = { identifiers: Object.values(users) };
    const { body } = await server.call("POST", "/accounting/users/search", search, { authorization: `ApiKey ${key}` });
    expect(body.map(({ firstName, email }: any) => [firstName, email])).toEqual([
      ["own", "own@example.com"],
      ["mate", ""],
    ]);
  });

  it("of those who submitted a job, it sees the names in its team, and no key but its own", async () => {
    const body = { model: noOp, input: { type: "text", sources: { one: { input: "text" } } } };
    const seen = ({ user }: any) => [user.firstName, user.email, user.externalIdentifier, keysSeen({ user })];
    const keysSeen = ({ user }: any) => user.accessKeys.map(({ prefix }: any) => prefix);
    const submitted = await server.call("POST", "/jobs", body, { authorization: `ApiKey ${key}` });
    const own = ["own", "own@example.com", "own@example.com", [key.split(".")[0]]];
    expect(seen(submitted.body)).toEqual(own);
    await server.call("POST", "/jobs", body, { authorization: `ApiKey ${mateKey}` });
    expect((await list("/jobs/history")).map(seen)).toEqual([["mate", "", "", []], own]);
    for (const query of ["user=mate@", "search=mate@"]) expect(await list(`/jobs/history?${query}`)).toEqual([]);
    for (const query of ["user=own@", "search=own@", "user=mate"])
      expect(await list(`/jobs/history?${query}`)).toHaveLength(1);
    const seenByAdministrator = (await server.call("GET", `/jobs/${submitted.body.jobIdentifier}`)).body;
    expect(keysSeen(seenByAdministrator)).toHaveLength(2);
  });

  it.each(["email=mate@", "search=mate@"])("it cannot guess an e-mail address with %s", async (query) => {
    expect(await list(`/accounting/users?${query}`)).toEqual([]);
  });

  it("an administrator sees everyone", async () => {
    expect((await server.call("GET", "/accounting/users")).body.map(({ email }: any) => email)).toContain(
      "other@example.com",
    );
  });
});
