import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGatedBucket, type GatedBucket } from "../support/gated-bucket.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

describe("long-lived responses end when the key loses access", () => {
  let bucket: GatedBucket;
  let server: TestServer;
  let job: string;
  beforeAll(async () => {
    bucket = await startGatedBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    const input = s3Input({ one: { input: { bucket: "b", key: "one" } } });
    job = (await server.submit({ model: noOp, input })).jobIdentifier;
  });
  afterAll(async () => {
    bucket?.open();
    await server?.close();
    await bucket?.close();
  });

  const newUser = async (email: string) => {
    const [account] = (await server.call("GET", "/accounting/accounts")).body;
    const path = `/accounting/accounts/${account.identifier}/users`;
    return (await server.call("POST", path, { firstName: "A", lastName: "B", email })).body.identifier as string;
  };
  const newKey = async (user?: string) =>
    (await server.call("POST", "/accounting/access-keys", { name: "reader", user })).body.key as string;
  const prefixOf = (key: string) => key.split(".")[0];
  const read = (key: string, path: string) =>
    fetch(`${server.url}/api/jobs/${job}${path}`, { headers: { authorization: `ApiKey ${key}` } });
  const disable = { status: "Inactive" };

  it.each<[string, (key: string, user: string) => [method: string, path: string, body?: object]]>([
    ["the key is disabled", (key) => ["PATCH", `/accounting/access-keys/${prefixOf(key)}`, disable]],
    ["the key has another secret", (key) => ["POST", `/accounting/access-keys/${prefixOf(key)}/rotate`]],
    ["the user is disabled", (_key, user) => ["PATCH", `/accounting/users/${user}`, disable]],
  ])("an event stream and a long poll, when %s", async (name, change) => {
    const user = await newUser(`${name.replaceAll(" ", "-")}@example.com`);
    const key = await newKey(user);
    const stream = await read(key, "/events");
    const poll = read(key, "?wait=25");
    const [method, path, body] = change(key, user);
    expect((await server.call(method, path, body)).status).toBe(200);
    expect(await stream.text()).toContain("event: progress");
    expect((await poll).status).toBe(401);
  });

  it.each<[string, (key: string, user: string) => [method: string, path: string, body?: object]]>([
    ["the key is disabled", (key) => ["PATCH", `/accounting/access-keys/${prefixOf(key)}`, disable]],
    ["the key has another secret", (key) => ["POST", `/accounting/access-keys/${prefixOf(key)}/rotate`]],
    ["the key has other roles", (key) => ["PUT", `/accounting/access-keys/${prefixOf(key)}/roles`, ["AUDITOR"]]],
    ["the user is disabled", (_key, user) => ["PATCH", `/accounting/users/${user}`, disable]],
  ])("any request, at once, when %s", async (name, change) => {
    const user = await newUser(`at-once-${name.replaceAll(" ", "-")}@example.com`);
    const key = await newKey(user);
    const submit = () =>
      server.call("POST", "/jobs", { model: noOp }, { authorization: `ApiKey ${key}` }).then(({ status }) => status);
    expect([await submit(), await submit()]).toEqual([201, 201]);
    const [method, path, body] = change(key, user);
    expect((await server.call(method, path, body)).status).toBe(200);
    expect([401, 403]).toContain(await submit());
  });

  it("any request to another process, soon", async () => {
    const { databaseUrl, dataDirectory } = server;
    const other = await startTestServer({
      databaseUrl,
      dataDirectory,
      apiKey: server.apiKey,
      roles: { api: true, worker: false },
    });
    const key = await newKey();
    const look = () => other.call("GET", "/models", undefined, { authorization: `ApiKey ${key}` });
    expect((await look()).status).toBe(200);
    await server.call("PATCH", `/accounting/access-keys/${prefixOf(key)}`, disable);
    // However often it is used in between.
    await expect.poll(async () => (await look()).status, { timeout: 60_000, interval: 50 }).toBe(401);
    await other.close();
  });

  it("the stream of another key continues", async () => {
    const [kept, revoked] = [await newKey(), await newKey()];
    const streams = [await read(kept, "/events"), await read(revoked, "/events")] as const;
    await server.call("PATCH", `/accounting/access-keys/${prefixOf(revoked)}`, disable);
    expect(await streams[1].text()).not.toContain("COMPLETED");
    bucket.open();
    expect(await streams[0].text()).toContain("COMPLETED");
  });
});
