import type {
  AccessKey,
  Entitlement,
  ErrorBody,
  JobReceipt,
  JobSummary,
  ModelSummary,
  NewAccessKey,
} from "@millrace/contract";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

const job = (model: object = noOp) => ({ model, input: { type: "text", sources: { a: { input: "x" } } } });

describe("an API key", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  const create = async (body: object): Promise<NewAccessKey> => {
    const answer = await server.call<NewAccessKey>("POST", "/accounting/access-keys", { name: "k", ...body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  };
  const as =
    ({ key }: { readonly key: string }) =>
    <Body = ErrorBody>(method: string, path: string, body?: object) =>
      server.call<Body>(method, path, body, { authorization: `ApiKey ${key}` });
  const change = async (key: AccessKey, body: object) =>
    (await server.call<AccessKey>("PATCH", `/accounting/access-keys/${key.prefix}`, body)).body;
  const inDatabase = async (sql: string, parameters: unknown[]) => {
    const client = new pg.Client(server.databaseUrl);
    await client.connect();
    await client.query(sql, parameters);
    await client.end();
  };

  it("that expires works until then and not after", async () => {
    const key = await create({ expiresAt: "2999-01-01T00:00:00Z" });
    expect(key.expiresAt).toBe("2999-01-01T00:00:00.000+00:00");
    expect((await as(key)("GET", "/jobs/history")).status).toBe(200);
    await inDatabase("UPDATE millrace.api_keys SET expires_at = now() WHERE prefix = $1", [key.prefix]);
    // Written past the API, as by another process: it is remembered for a moment.
    const refused = async () => {
      const { status, body } = await as(key)("GET", "/jobs/history");
      return [status, body.message];
    };
    await expect
      .poll(refused, { timeout: 60_000 })
      .toEqual([401, expect.stringMatching(/it expired at \d{4}-\d\d-\d\d/)]);
    expect((await change(key, { expiresAt: null })).expiresAt).toBeNull();
    expect((await as(key)("GET", "/jobs/history")).status).toBe(200);
    const past = await server.call<ErrorBody>("PATCH", `/accounting/access-keys/${key.prefix}`, {
      expiresAt: "2020-01-01",
    });
    expect([past.status, past.body.message]).toEqual([400, expect.stringContaining("in the future")]);
  });

  it("with scopes can do what both its roles and scopes allow", async () => {
    const reader = as(await create({ scopes: ["read"] }));
    const submitter = as(await create({ scopes: ["submit"] }));
    expect((await reader("GET", "/jobs/history")).status).toBe(200);
    const refused = await reader("POST", "/jobs", job());
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringMatching(/its scopes are read\. Use a key with the scope submit/),
    ]);
    expect((await submitter("POST", "/jobs", job())).status).toBe(201);
    expect((await submitter("GET", "/jobs/history")).status).toBe(403);
    const both = await create({ scopes: ["read", "submit"], roles: ["DATA_SCIENTIST"] });
    expect((await as(both)("POST", "/models", { name: "x" })).status).toBe(403);
    expect(
      (await as(both)<Entitlement[]>("GET", "/accounting/entitlements")).body.map((one) => one.identifier),
    ).toEqual(["CAN_READ", "CAN_READ_ACCOUNT", "CAN_SUBMIT_JOBS"]);
    expect((await change(both, { scopes: ["read"] })).scopes).toEqual(["read"]);
    expect((await as(both)("POST", "/jobs", job())).status).toBe(403);
    expect((await change(both, { scopes: null })).scopes).toBeNull();
    expect((await as(both)("POST", "/jobs", job())).status).toBe(201);
  });

  it("that is limited to models sees only those and their jobs", async () => {
    const key = await create({ models: [noOp.identifier] });
    expect([key.models, key.scopes]).toEqual([[noOp.identifier], ["read", "submit"]]);
    const narrow = as(key);
    const other = await server.submit(job(sentiment));
    const own = (await narrow<JobReceipt>("POST", "/jobs", job())).body;
    expect((await narrow("POST", "/jobs", job(sentiment))).status).toBe(404);
    expect((await narrow("GET", `/jobs/${other.jobIdentifier}`)).status).toBe(404);
    expect((await narrow("GET", `/models/${sentiment.identifier}`)).status).toBe(404);
    const history = (await narrow<JobSummary[]>("GET", "/jobs/history")).body.map((one) => one.jobIdentifier);
    expect(history).toContain(own.jobIdentifier);
    expect(history).not.toContain(other.jobIdentifier);
    expect((await narrow<ModelSummary[]>("GET", "/models")).body.map((one) => one.modelId)).toEqual([noOp.identifier]);
    const wide = await server.call<ErrorBody>("PATCH", `/accounting/access-keys/${key.prefix}`, { scopes: ["manage"] });
    expect([wide.status, wide.body.message]).toEqual([400, expect.stringContaining("limited to models")]);
  });

  it("shows when it was last used", async () => {
    const key = await create({});
    expect(key.lastUsedAt).toBeNull();
    await as(key)("GET", "/license");
    await expect
      .poll(async () => {
        const keys = (await server.call<AccessKey[]>("GET", "/accounting/access-keys")).body;
        const found = keys.find(({ prefix }) => prefix === key.prefix);
        expect(found?.lastUsedAt).toBe(found?.lastActiveDateTime);
        return found?.lastUsedAt;
      })
      .toMatch(/\+00:00$/);
  });
});
