import type { AuditEntry } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deleteOldAuditEntries } from "../../src/maintenance/audit-retention.js";
import { createPool } from "../../src/database/pool.js";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("the audit log", () => {
  let server: TestServer;
  let admin: string;
  let auditor: string;
  let scientist: string;
  let otherAccount: string;

  const as = (key: string) => ({ authorization: `ApiKey ${key}` });
  const read = async (query: string, key = server.apiKey): Promise<AuditEntry[]> => {
    const { status, body } = await server.call<AuditEntry[]>(
      "GET",
      `/audit?per-page=1000&${query}`,
      undefined,
      as(key),
    );
    expect(status).toBe(200);
    return body;
  };
  const newKey = async (of: string, roles: string[]) =>
    (await server.call("POST", "/accounting/access-keys", { name: roles.join(), roles }, as(of))).body.key as string;

  beforeAll(async () => {
    server = await startTestServer();
    const account = { name: "Other", email: "other@example.com" };
    const { body } = await server.call("POST", "/accounting/accounts", account);
    admin = body.key;
    otherAccount = body.identifier;
    auditor = await newKey(admin, ["AUDITOR"]);
    scientist = await newKey(admin, ["DATA_SCIENTIST"]);
  });
  afterAll(() => server?.close());

  it("records who did what, to what, from where, and the outcome", async () => {
    const submission = { model: noOp, input: { type: "text", sources: { secret: { input: "very secret" } } } };
    const answer = await server.call("POST", "/jobs", submission, { ...as(scientist), "x-request-id": "mine" });
    const [entry, ...others] = await read("requestId=mine", auditor);
    expect(others).toEqual([]);
    expect(entry).toEqual({
      identifier: expect.stringMatching(/^\d+$/),
      createdAt: expect.stringMatching(/\+00:00$/),
      accountIdentifier: otherAccount,
      userIdentifier: expect.any(String),
      accessKey: scientist.split(".")[0],
      action: "POST /api/jobs",
      target: { jobIdentifier: answer.body.jobIdentifier },
      address: "127.0.0.1",
      statusCode: 201,
      code: null,
      requestId: "mine",
      count: 1,
    });
    expect(JSON.stringify(entry)).not.toContain("secret");
    await server.call("DELETE", `/jobs/${answer.body.jobIdentifier}`, undefined, as(scientist));
    const actions = (await read(`target=${answer.body.jobIdentifier}`, auditor)).map(({ action }) => action);
    expect(actions).toEqual(["DELETE /api/jobs/:job", "POST /api/jobs"]);
  });

  it("records refusals, even without sign-in, and attributes a guess to the account of its key", async () => {
    const prefix = scientist.split(".")[0];
    await server.call("GET", "/models", undefined, as(`${prefix}.wrong-secret`));
    await server.call("GET", "/models", undefined, as("nobody.wrong-secret"));
    await server.call("POST", "/accounting/teams", { name: "x" }, as(scientist));
    await expect
      .poll(() => read(`accessKey=${prefix}`, auditor))
      .toContainEqual(
        expect.objectContaining({
          action: "GET /api/models",
          statusCode: 401,
          accountIdentifier: otherAccount,
          userIdentifier: null,
        }),
      );
    await expect
      .poll(() => read("statusCode=403", auditor))
      .toContainEqual(
        expect.objectContaining({ action: "POST /api/accounting/teams", code: "forbidden", accessKey: prefix }),
      );
    await expect
      .poll(() => read("statusCode=401"))
      .toContainEqual(expect.objectContaining({ accountIdentifier: null, accessKey: null, address: "127.0.0.1" }));
    expect(JSON.stringify(await read("statusCode=401"))).not.toContain("wrong-secret");
  });

  it("is readable by auditors and administrators of the account, who see no other account", async () => {
    const { status, body } = await server.call("GET", "/audit", undefined, as(scientist));
    expect([status, body.message]).toEqual([403, expect.stringContaining("AUDITOR")]);
    await server.call("POST", "/accounting/teams", { name: "Of the owner" });
    for (const key of [auditor, admin]) {
      const accounts = new Set((await read("", key)).map(({ accountIdentifier }) => accountIdentifier));
      expect([...accounts]).toEqual([otherAccount]);
    }
    const [owners] = (await server.call("GET", "/accounting/accounts")).body;
    expect(await read(`account=${owners.identifier}`, auditor)).toEqual([]);
    expect(await read(`account=${owners.identifier}`)).not.toEqual([]);
  });

  it("does not let an auditor's key change anything", async () => {
    const { status, body } = await server.call("POST", "/jobs", { model: noOp }, as(auditor));
    expect([status, body.code]).toEqual([403, "forbidden"]);
  });

  it("is paged from newest to oldest and exported as JSON lines", async () => {
    // Entries come in at the front meanwhile: what was refused just before.
    const [newest] = await read("", auditor);
    const until = `before=${newest?.identifier}`;
    const all = await read(until, auditor);
    const paged: AuditEntry[] = [];
    for (let path = `/audit?per-page=2&${until}`; path !== "";) {
      const { body, headers } = await server.call<AuditEntry[]>("GET", path, undefined, as(auditor));
      paged.push(...body);
      path = /<[^>]*\/api([^>]*)>; rel="next"/.exec(headers.get("link") ?? "")?.[1] ?? "";
    }
    expect(paged).toEqual(all);
    const headers = { ...as(auditor), accept: "application/jsonl" };
    const exported = await server.call<string>("GET", `/audit?${until}`, undefined, headers);
    expect(exported.headers.get("content-type")).toBe("application/jsonl");
    expect(
      exported.body
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(all);
  });

  it("cannot be changed, and deletes entries only after the retention period", async () => {
    const pool = createPool(server.databaseUrl, { maximumConnections: 1, applicationName: "test" });
    try {
      const attempts = [
        "UPDATE millrace.audit_log SET access_key = 'somebody'",
        "DELETE FROM millrace.audit_log",
        "TRUNCATE millrace.audit_log",
      ];
      for (const sql of attempts) await expect(pool.query(sql)).rejects.toThrow(/append-only/);
      const add = (days: number) =>
        pool.query(
          `INSERT INTO millrace.audit_log (created_at, action, target, status_code, request_id, count)
           OVERRIDING SYSTEM VALUE SELECT now() - $1 * interval '1 day', 'old', '{}', 200, $1::text, 1`,
          [days],
        );
      for (const days of [400, 300, 20]) await add(days);
      await deleteOldAuditEntries(pool, 365);
      expect((await read("action=old")).map(({ requestId }) => requestId)).toEqual(["20", "300"]);
    } finally {
      await pool.end();
    }
  });
});
