import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireRight, type RightName } from "../../src/accounts/rights.js";
import { roles, type Role } from "../../src/accounts/roles.js";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

interface Route {
  readonly method: string;
  readonly path: string;
  readonly right: RightName | undefined;
  /** Names in braces that say whose thing is meant. */
  readonly owned: readonly string[];
}

interface Team {
  readonly identifier: string;
  readonly keys: ReadonlyMap<Role, string>;
  /** What stands for the names in braces. */
  readonly own: ReadonlyMap<string, string>;
}

/** Names in a path that are nobody's. */
const nobodys = ["tags", "metric", "type", "sequence"];
const absent = "0b6f7e3c-0000-4000-8000-000000000000";

/** Bodies that are valid, so that nothing is refused for its body before it is refused for its caller. */
const bodies = new Map<string, unknown>([
  ["POST /api/jobs/{job}/priority", { priority: 1 }],
  ["POST /api/jobs/{job}/retry", {}],
  ["PATCH /api/models/{model}", { description: "defaced" }],
  ["POST /api/models/{model}/versions", { version: "9.0.0" }],
  ["PUT /api/models/{model}/visibility", { visibility: "public" }],
  ["PATCH /api/models/{model}/versions/{version}", { status: "inactive" }],
  [
    "PATCH /api/models/{model}/versions/{version}/processing",
    { minimumParallelCapacity: 1, maximumParallelCapacity: 1 },
  ],
  ["POST /api/models/{model}/versions/{version}/container-image", { registry: { url: "evil" } }],
  ["PUT /api/models/{model}/versions/{version}/sample-input", {}],
  ["PUT /api/models/{model}/versions/{version}/sample-output", {}],
  ["PATCH /api/accounting/users/{user}", { status: "Inactive" }],
  ["PATCH /api/accounting/projects/{project}", { status: "Inactive" }],
  ["PATCH /api/accounting/access-keys/{prefix}", { status: "Inactive" }],
  ["PUT /api/accounting/access-keys/{prefix}/roles", ["DATA_SCIENTIST"]],
  ["POST /api/accounting/accounts/{account}/users", { firstName: "E", lastName: "Ve", email: "eve@example.com" }],
  ["PATCH /api/webhooks/{webhook}", { status: "Disabled" }],
]);

describe("a key can do what its role allows, and nothing in another account", () => {
  let server: TestServer;
  let routes: readonly Route[];
  let ours: Team;
  let theirs: Team;

  const callAs = async (key: string | undefined, { method, path }: Route, own?: ReadonlyMap<string, string>) => {
    const url = path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
      name === "sequence" ? "1" : (own?.get(name) ?? absent),
    );
    const isUpload = /\{dataItem\}$|\/testInput$|\/image$/.test(path) && method === "POST";
    const form = new FormData();
    for (const part of ["file", "input"]) form.set(part, new Blob(["x"]), "x.txt");
    const json = bodies.get(`${method} ${path}`);
    const body = isUpload ? form : method === "GET" ? undefined : JSON.stringify(json ?? {});
    const response = await fetch(`${server.url}${url}${path.endsWith("/testInput") ? "?name=input" : ""}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `ApiKey ${key}` }),
        ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(300_000),
    });
    // A stream of events would go on.
    if (response.ok) await response.body?.cancel();
    return { status: response.status, text: response.ok ? "" : await response.text() };
  };

  beforeAll(async () => {
    server = await startTestServer();
    const document = (await server.call<any>("GET", "/openapi.json")).body;
    routes = Object.entries<Record<string, any>>(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        right: operation["x-right"] as RightName | undefined,
        owned: [...path.matchAll(/\{(\w+)\}/g)]
          .map(([, name]) => name as string)
          .filter((name) => !nobodys.includes(name)),
      })),
    );
    ours = await createTeam(server, "ours");
    theirs = await createTeam(server, "theirs");
  });
  afterAll(() => server?.close());

  it.each(roles.filter((role) => role !== "SYSTEM_OWNER"))(
    "%s cannot do what the role does not allow",
    async (role) => {
      const wrong: string[] = [];
      for (const route of routes) {
        if (route.right === undefined) continue;
        const { status, text } = await callAs(ours.keys.get(role), route, new Map([["account", ours.identifier]]));
        // No other name in a path exists: whoever may call gets as far as being told so.
        const isRefused = status === 403 && text.includes("needs one of the roles");
        if (isRefused === allows(role, route.right)) wrong.push(`${route.method} ${route.path}: ${status} ${text}`);
      }
      expect(wrong).toEqual([]);
    },
  );

  it.each(roles.filter((role) => role !== "SYSTEM_OWNER"))(
    "%s of another account cannot access this account",
    async (role) => {
      const before = await snapshot(server, ours);
      const reached: string[] = [];
      const foreign = routes.filter(({ owned }) => owned.length > 0);
      for (const route of foreign) {
        const { status, text } = await callAs(theirs.keys.get(role), route, ours.own);
        const expected = route.right !== undefined && allows(role, route.right) ? [404, 403] : [403];
        if (!expected.includes(status)) reached.push(`${route.method} ${route.path}: ${status} ${text}`);
      }
      expect(reached).toEqual([]);
      expect(foreign.length).toBeGreaterThan(50);
      expect(await snapshot(server, ours)).toEqual(before);
    },
  );

  it("every route except health and documentation requires a valid key", async () => {
    const open: string[] = [];
    for (const route of routes)
      for (const key of [undefined, `${ours.own.get("prefix")}.guess`]) {
        const { status } = await callAs(key, route, ours.own);
        // Guesses are slowed down.
        if (status !== 401 && (key === undefined || status !== 429)) open.push(`${route.method} ${route.path}`);
      }
    expect([...new Set(open)]).toEqual(["GET /api/health"]);
    expect(routes.filter(({ right }) => right === undefined).map(({ path }) => path)).toEqual(["/api/health"]);
  });
});

function allows(role: Role, right: RightName): boolean {
  const caller = { accessKey: "", roles: [role] };
  try {
    requireRight(caller as never, right);
    return true;
  } catch {
    return false;
  }
}

/** An account with a key of every role, a job, a private model, a webhook. */
async function createTeam(server: TestServer, name: string): Promise<Team> {
  const created = async (path: string, body: unknown, key?: string) => {
    const headers = key === undefined ? {} : { authorization: `ApiKey ${key}` };
    const answer = await server.call<any>("POST", path, body, headers);
    expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };
  const account = await created("/accounting/accounts", { name, email: `${name}@example.com` });
  const { key } = account;
  const project = await created("/accounting/projects", { name: "Project" }, key);
  const keys = new Map<Role, string>();
  for (const role of roles.filter((name) => name !== "SYSTEM_OWNER" && name !== "PROJECT"))
    keys.set(role, (await created("/accounting/access-keys", { name: role, roles: [role] }, key)).key);
  const ofProject = { name: "PROJECT", roles: ["PROJECT"], project: project.identifier };
  keys.set("PROJECT", (await created("/accounting/access-keys", ofProject, key)).key);

  const input = { type: "text", sources: { a: { input: "x" } } };
  const { jobIdentifier } = await created("/jobs", { model: noOp, input }, key);
  const { identifier: model } = await created("/models", { name: `Model of ${name}`, version: "0.0.1" }, key);
  const webhook = await created("/webhooks", { url: "https://example.com/hook" }, key);
  const [user] = (await server.call<any>("GET", "/accounting/users", undefined, { authorization: `ApiKey ${key}` }))
    .body;
  const [team] = (await server.call<any>("GET", "/accounting/teams", undefined, { authorization: `ApiKey ${key}` }))
    .body;
  return {
    identifier: account.identifier,
    keys: keys.set("SYSTEM_OWNER", key),
    own: new Map([
      ["job", jobIdentifier],
      ["input", "a"],
      ["dataItem", "input"],
      ["output", "results.json"],
      ["model", model],
      ["version", "0.0.1"],
      ["webhook", webhook.identifier],
      ["prefix", key.split(".")[0]],
      ["accessKey", key.split(".")[0]],
      ["user", user.identifier],
      ["project", project.identifier],
      ["account", account.identifier],
      ["team", team.identifier],
    ]),
  };
}

/** What an account sees of its own things. */
async function snapshot(server: TestServer, team: Team): Promise<unknown> {
  const paths = [
    `/jobs/${team.own.get("job")}`,
    `/results/${team.own.get("job")}/vote/a`,
    `/models/${team.own.get("model")}`,
    `/models/${team.own.get("model")}/versions/0.0.1`,
    `/models/${team.own.get("model")}/visibility`,
    "/webhooks",
    "/accounting/access-keys",
    "/accounting/users",
    "/accounting/projects",
    "/accounting/teams",
  ];
  await server.waitForEnd(team.own.get("job") as string).catch(() => undefined);
  const seen = [];
  for (const path of paths) {
    const { body } = await server.call("GET", path, undefined, {
      authorization: `ApiKey ${team.keys.get("SYSTEM_OWNER")}`,
    });
    seen.push(withoutUse(body));
  }
  return seen;
}

/** Without when keys were last used. */
function withoutUse(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body, (key, value) => (key.startsWith("last") ? undefined : (value as unknown))));
}
