import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type Answer, type TestServer } from "../support/test-server.js";

/** Calls with another key than the server's own. */
type Call = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Answer<any>>;

const text = (sources: object = { a: { input: "four" } }) => ({ model: noOp, input: { type: "text", sources } });

describe("accounts", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  const as =
    (key: string): Call =>
    (method, path, body, headers = {}) =>
      server.call(method, path, body, { authorization: `ApiKey ${key}`, ...headers });
  const post = async <Body = any>(call: Call, path: string, body: object): Promise<Body> => {
    const answer = await call("POST", path, body);
    expect(answer.body, path).toMatchObject({});
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body as Body;
  };
  const admin: Call = (...parameters) => server.call(...parameters);
  const newKey = async (call: Call, body: object) =>
    as((await post(call, "/accounting/access-keys", { name: "k", ...body })).key);
  const submit = async (call: Call) => (await post(call, "/jobs", text())).jobIdentifier as string;
  const history = async (call: Call) =>
    (await call("GET", "/jobs/history?per-page=1000")).body.map((job: any) => job.jobIdentifier);

  it("an account sees no jobs, results, users, keys or projects of another", async () => {
    const own = await submit(admin);
    await server.waitForEnd(own);
    const { identifier, key } = await post(admin, "/accounting/accounts", {
      name: "Other",
      email: "other@example.com",
    });
    const other = as(key);
    expect(await history(other)).toEqual([]);
    const paths = ["GET /jobs/", "DELETE /jobs/", "GET /results/", "GET /jobs/history/"].map((path) => `${path}${own}`);
    for (const path of [...paths, `POST /jobs/${own}/pause`, `POST /jobs/${own}/retry`, `GET /jobs/${own}/events`]) {
      const [method = "", url = ""] = path.split(" ");
      expect((await other(method, url)).status, path).toBe(404);
    }
    expect((await other("GET", "/accounting/users")).body.map(({ email }: any) => email)).toEqual([
      "other@example.com",
    ]);
    expect((await other("GET", "/accounting/access-keys")).body).toHaveLength(1);
    expect((await other("GET", "/accounting/accounts")).body.map((account: any) => account.identifier)).toEqual([
      identifier,
    ]);
    expect((await other("GET", "/license")).body.companyName).toBe("Other");
    expect((await other("GET", "/jobs/statistics")).body).toEqual([]);
    expect((await other("GET", "/metrics/predictions-made")).body.predictionsMade.recent).toBe(0);
    expect((await other("POST", "/accounting/accounts", { name: "x", email: "a@b" })).status).toBe(403);
    expect((await admin("GET", "/accounting/accounts")).body.length).toBeGreaterThanOrEqual(2);
    const stranger = { firstName: "A", lastName: "B", email: "a@b.example" };
    const own_account = (await admin("GET", "/accounting/accounts")).body[0].identifier;
    expect((await other("POST", `/accounting/accounts/${own_account}/users`, stranger)).status).toBe(403);
    expect((await admin("POST", `/accounting/accounts/${identifier}/users`, stranger)).status).toBe(201);
  });

  it("a project key sees only the project's jobs", async () => {
    const { key, ...project } = await post(admin, "/accounting/projects", { name: "Bees", description: "b" });
    expect(project.accessKeys).toHaveLength(1);
    const bees = as(key);
    const outside = await submit(admin);
    const inside = await submit(bees);
    expect(await history(bees)).toEqual([inside]);
    expect((await bees("GET", `/jobs/${outside}`)).status).toBe(404);
    expect((await admin("GET", `/jobs/${inside}`)).status).toBe(200);
    const send = (call: Call) => call("POST", "/jobs", text(), { "idempotency-key": "nightly" });
    const [wide, narrow] = [await send(admin), await send(bees)];
    expect([wide.status, narrow.status, narrow.body.jobIdentifier === wide.body.jobIdentifier]).toEqual([
      201,
      201,
      false,
    ]);
    expect((await send(bees)).body.jobIdentifier).toBe(narrow.body.jobIdentifier);
    expect((await bees("GET", "/accounting/projects")).body.map(({ name }: any) => name)).toEqual(["Bees"]);
    const [listed] = (await admin("GET", "/accounting/projects?search=bee")).body;
    expect(listed).toMatchObject({
      identifier: project.identifier,
      status: "Active",
      user: { email: "admin@localhost" },
    });
    expect(listed.accessKeys[0]).toMatchObject({ prefix: key.split(".")[0], keyType: "system", roles: ["PROJECT"] });
    expect((await admin("POST", "/accounting/projects", { name: "Bees" })).status).toBe(409);
    const disabled = await admin("PATCH", `/accounting/projects/${project.identifier}`, { status: "Inactive" });
    expect(disabled.body.status).toBe("Inactive");
    const refused = await bees("GET", "/jobs/history");
    expect([refused.status, refused.body.message]).toEqual([401, expect.stringContaining("its project is Inactive")]);
  });

  it("the header Modzy-Team-Id narrows to a team, with a key as a bearer token; a team's own key always is", async () => {
    const team = (await post(admin, "/accounting/teams", { name: "Night" })).identifier;
    const narrow =
      (call: Call): Call =>
      (method, path, body) =>
        call(method, path, body, { "modzy-team-id": team });
    const bearer: Call = (method, path, body) =>
      server.call(method, path, body, { authorization: `Bearer ${server.apiKey}`, "modzy-team-id": team });
    await submit(admin);
    const job = await submit(bearer);
    expect(await history(bearer)).toEqual([job]);
    expect(await history(narrow(admin))).toEqual([job]);
    const night = await newKey(admin, { team, roles: ["TEAM_ROLE"] });
    expect(await history(night)).toEqual([job]);
    const day = await newKey(admin, { roles: ["DATA_SCIENTIST"] });
    const refused = await narrow(day)("GET", "/jobs/history");
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining("Modzy-Team-Id")]);
    expect((await admin("GET", "/jobs/history", undefined, { "modzy-team-id": "none" })).status).toBe(403);
  });

  it("roles decide what a key may do, and a refusal names those that may", async () => {
    const scientist = await newKey(admin, { roles: ["DATA_SCIENTIST"] });
    const team = await newKey(admin, { roles: ["TEAM_ROLE"] });
    const names = async (call: Call) =>
      (await call("GET", "/accounting/entitlements")).body.map((one: any) => one.identifier);
    expect(await names(scientist)).toEqual([
      "CAN_READ",
      "CAN_READ_ACCOUNT",
      "CAN_SUBMIT_JOBS",
      "CAN_EDIT_MODELS",
      "CAN_PATCH_PROCESSING_MODEL_VERSION",
    ]);
    expect(await names(team)).toEqual(["CAN_READ", "CAN_READ_ACCOUNT", "CAN_SUBMIT_JOBS"]);
    expect(await names(admin)).toContain("CAN_MANAGE_ALL_ACCOUNTS");
    const capacity = { processing: { minimumParallelCapacity: 0, maximumParallelCapacity: 1 } };
    const own = await post(scientist, "/models", { name: "A scientist's", version: "0.0.1" });
    const version = `/models/${own.identifier}/versions/0.0.1`;
    const refused = await team("PATCH", version, capacity);
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining("DATA_SCIENTIST")]);
    expect((await scientist("PATCH", version, capacity)).status).toBe(200);
    for (const path of ["users/x", "access-keys/test"])
      expect((await scientist("PATCH", `/accounting/${path}`, {})).status).toBe(403);
    expect((await scientist("POST", "/accounting/access-keys", { name: "mine" })).status).toBe(403);
  });

  it("keys are rotated, disabled, and given roles; never the one that is in use", async () => {
    const { prefix, key } = await post(admin, "/accounting/access-keys", { name: "Nightly", description: "cron" });
    expect((await as(key)("GET", "/jobs/history")).status).toBe(200);
    const rotated = (await admin("POST", `/accounting/access-keys/${prefix}/rotate`)).body.key;
    expect(rotated.split(".")[0]).toBe(prefix);
    expect((await as(key)("GET", "/jobs/history")).status).toBe(401);
    expect((await as(rotated)("GET", "/jobs/history")).status).toBe(200);
    const roles = await admin("PUT", `/accounting/access-keys/${prefix}/roles`, { roles: ["TEAM_ROLE"] });
    expect(roles.body.roles).toEqual(["TEAM_ROLE"]);
    await admin("PATCH", `/accounting/access-keys/${prefix}`, { status: "Inactive" });
    const refused = await as(rotated)("GET", "/jobs/history");
    expect([refused.status, refused.body.message]).toEqual([401, expect.stringContaining("its status is Inactive")]);
    expect((await admin("PATCH", "/accounting/access-keys/test", { status: "Inactive" })).status).toBe(409);
    expect((await admin("PUT", "/accounting/access-keys/test/roles", ["TEAM_ROLE"])).status).toBe(409);
    const keys = JSON.stringify((await admin("GET", "/accounting/access-keys")).body);
    expect(keys).not.toContain(rotated.split(".")[1]);
  });

  it("creates, finds, changes and disables users with all their keys", async () => {
    const [account] = (await admin("GET", "/accounting/accounts")).body;
    const user = { firstName: "Ada", lastName: "Lovelace", email: "ada@example.com", title: "Countess" };
    const path = `/accounting/accounts/${account.identifier}/users`;
    const ada = await post(admin, path, user);
    expect(ada).toMatchObject({
      ...user,
      visited: false,
      onboarded: false,
      submittedJobs: 0,
      account: { name: "Default" },
    });
    expect((await admin("POST", path, { ...user, email: "ADA@example.com" })).status).toBe(409);
    const call = await newKey(admin, { user: ada.identifier });
    await submit(call);
    const changed = async (change: object) =>
      (await admin("PATCH", `/accounting/users/${ada.identifier}`, change)).body.title;
    expect(await changed({ title: null })).toBeNull();
    expect(await changed({ title: "Enchantress" })).toBe("Enchantress");
    expect(await changed({ firstName: "Ada" })).toBe("Enchantress");
    expect((await call("GET", "/jobs/history")).body[0].user).toMatchObject({ firstName: "Ada", title: "Enchantress" });
    for (const query of [
      "firstName=AD",
      "lastName=love",
      "email=ada@",
      "search=ada%20love",
      "status=active&search=ada",
    ]) {
      const { body, headers } = await admin("GET", `/accounting/users?${query}`);
      expect([query, body.map(({ email }: any) => email)]).toEqual([query, ["ada@example.com"]]);
      expect(headers.get("x-total-count")).toBe("1");
    }
    const [found] = (await admin("POST", "/accounting/users/search", { identifiers: [ada.identifier, "none"] })).body;
    expect(found).toMatchObject({ visited: true, onboarded: true, submittedJobs: 1, activeAccessKeyCount: 1 });
    expect((await admin("PATCH", `/accounting/users/${ada.identifier}`, { status: "Inactive" })).body.status).toBe(
      "Inactive",
    );
    expect((await call("GET", "/jobs/history")).status).toBe(401);
    const self = (await admin("GET", "/accounting/users?search=admin")).body[0].identifier;
    expect((await admin("PATCH", `/accounting/users/${self}`, { status: "Inactive" })).status).toBe(409);
  });

  it.each([
    ["POST", "/accounting/access-keys", {}, /name is required/],
    ["POST", "/accounting/access-keys", { name: "x", roles: ["KING"] }, /roles.*"KING"/],
    ["POST", "/accounting/access-keys", { name: "x", roles: ["PROJECT"] }, /PROJECT.*project/],
    ["POST", "/accounting/access-keys", { name: "x", team: "none" }, /team.*"none"/],
    ["POST", "/accounting/access-keys", { name: "x", secret: "s" }, /secret/],
    ["POST", "/accounting/projects", { name: "x", visibility: "ALL" }, /visibility.*"ALL"/],
    ["POST", "/accounting/users/search", { identifiers: "x" }, /identifiers/],
    ["GET", "/accounting/users?sort-by=shoe", undefined, /sort-by.*"shoe"/],
    ["GET", "/accounting/users?startDate=x", undefined, /startDate.*"x"/],
    ["GET", "/metrics/active-users?end-date=2026-13-01", undefined, /end-date/],
  ])("rejects %s %s with %j and names the field", async (method, path, body, message) => {
    const answer = await admin(method, path, body);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(message)]);
  });

  it("computes metrics and alerts from jobs", async () => {
    const call = await newKey(admin, { name: "metered" });
    const filter = `access-key=${(await call("GET", "/accounting/access-keys")).body.at(-1).prefix}`;
    const jobs = [];
    for (let count = 0; count < 2; count += 1)
      jobs.push(
        (await post(call, "/jobs", text({ a: { input: "four" }, b: { input: "seven77" }, c: { wrong: "x" } })))
          .jobIdentifier,
      );
    for (const job of jobs) await server.waitForEnd(job);
    const data = (await admin("GET", `/metrics/data-processed?${filter}`)).body;
    expect(data.dataProcessed).toEqual({ recent: 22, previous: 0, percentage: 100 });
    expect(data.recent.map(({ value }: any) => value)).toEqual([0, 0, 0, 0, 0, 0, 22]);
    expect(data.recent.at(-1).date).toBe(new Date().toISOString().slice(0, 10));
    expect((await admin("GET", `/metrics/predictions-made?${filter}`)).body.predictionsMade.recent).toBe(4);
    const [user] = (await admin("GET", `/metrics/active-users?${filter}`)).body;
    expect(user).toMatchObject({ ranking: 1, email: "admin@localhost", jobs: 2 });
    const [model] = (await admin("GET", `/metrics/active-models?${filter}`)).body;
    expect(model).toMatchObject({ ranking: 1, modelIdentifier: noOp.identifier, modelVersion: noOp.version, jobs: 2 });
    expect(Number.isInteger(model.elapsedTime)).toBe(true);
    expect((await admin("GET", `/metrics/active-models?${filter}&model-identifier=none`)).body).toEqual([]);
    expect((await admin("GET", "/metrics/active-users?end-date=2020-01-07")).body).toEqual([]);

    const { resultType, result } = (await admin("GET", "/metrics/prometheus/memory-used")).body.data;
    expect(resultType).toBe("matrix");
    const [seconds, value] = result[0].values.at(-1);
    expect([Number.isInteger(seconds), typeof value, Number(value) > 10_000_000]).toEqual([true, "string", true]);
    const unknown = await admin("GET", "/metrics/prometheus/heat");
    expect([unknown.status, unknown.body.message]).toEqual([404, expect.stringContaining("cpu-overall-usage")]);

    expect((await admin("GET", "/notifications/alerts")).body).toEqual([]);
    const open = (await post(admin, "/jobs", { model: noOp })).jobIdentifier;
    const client = new pg.Client(server.databaseUrl);
    await client.connect();
    await client.query(
      "UPDATE millrace.jobs SET status = 'IN_PROGRESS', ended_at = NULL, updated_at = now() - interval '11 minutes' WHERE identifier = $1",
      [open],
    );
    await client.end();
    expect((await admin("GET", "/notifications/alerts")).body).toEqual([{ type: "JOB_STUCK", count: 1 }]);
    expect((await admin("GET", "/notifications/alerts/JOB_STUCK")).body).toEqual([open]);
    expect((await admin("GET", "/notifications/alerts/FIRE")).status).toBe(404);
  });
});
