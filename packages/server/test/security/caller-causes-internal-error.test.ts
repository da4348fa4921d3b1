import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

const version = `/models/${noOp.identifier}/versions/${noOp.version}`;
// Longer than a row of an index may be, also when compressed.
const long = randomBytes(40_000).toString("base64url");
const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const submission = (sources: string) =>
  `{"model":${JSON.stringify(noOp)},"input":{"type":"text","sources":${sources}}}`;

describe("no request body causes an internal error", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  it.each<[string, string, string, string, Record<string, string>?]>([
    ["a long name of an input", "POST", "/jobs", submission(`{"${long}":{"input":"x"}}`)],
    [
      "a long idempotency key",
      "POST",
      "/jobs",
      submission('{"a":{"input":"x"}}'),
      { "idempotency-key": long.slice(0, 9_000) },
    ],
    ["a long name of a model", "POST", "/models", JSON.stringify({ name: long, version: "0.0.1" })],
    ["a long tag", "PATCH", `/models/${noOp.identifier}`, JSON.stringify({ tags: [long] })],
    ["a long address of a webhook", "POST", "/webhooks", JSON.stringify({ url: `https://example.com/${long}` })],
    ["a deep sample", "PUT", `${version}/sample-input`, deep(10_000)],
    ["a deep body", "POST", "/jobs", `{"model":${deep(100_000)}}`],
    ["a deep array", "PATCH", version, "[".repeat(500_000)],
    ["a deep body with an idempotency key", "POST", "/jobs", submission(deep(10_000)), { "idempotency-key": "deep" }],
    ["NUL in a sample", "PUT", `${version}/sample-output`, '{"a":"\\u0000"}'],
    ["half a character in a name", "POST", "/models", '{"name":"\\ud800","version":"0.0.1"}'],
    ["a media type with line ends", "PATCH", version, '{"inputs":[{"name":"a","acceptedMediaTypes":"a/b\\r\\nc: d"}]}'],
  ])("%s", async (_name, method, path, body, headers) => {
    const answer = await server.call(method, path, body, headers);
    expect(answer.status, JSON.stringify(answer.body).slice(0, 300)).toBeLessThan(500);
  });

  it("the maximum depth works everywhere", async () => {
    expect((await server.call("PUT", `${version}/sample-input`, deep(100))).status).toBe(200);
    expect((await server.call("PUT", `${version}/sample-input`, deep(101))).body.message).toMatch(/nested too deeply/);
    expect((await server.call("GET", version)).status).toBe(200);
  });
});
