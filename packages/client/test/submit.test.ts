import { inspect } from "node:util";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { MillraceClient, MillraceError, type Job } from "../src/index.js";
import { details, json, receipt, startWireServer, type Answer, type WireServer } from "./wire-server.js";

const sources = { "my-input": { "input.txt": { bucket: "some-bucket", key: "some_key.txt" } } };

describe("submitting", () => {
  let server: WireServer;
  const start = async (...answers: Answer[]) => (server = await startWireServer(...answers));
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server?.close();
  });

  it("sends the documented body for the documented call", async () => {
    const { client, seen } = await start(json(receipt, 201));
    const job = await client().jobs.submitAwsS3("ed542963de", "1.0.1", sources, "AKID", "a-secret", "us-east-1", true);
    expect(seen[0]).toMatchObject({
      method: "POST",
      url: "/api/jobs",
      headers: {
        authorization: "ApiKey prefix.the-secret",
        "content-type": "application/json",
        "idempotency-key": expect.stringMatching(/^[\da-f-]{36}$/),
      },
      body: {
        model: { identifier: "ed542963de", version: "1.0.1" },
        explain: true,
        input: { type: "aws-s3", accessKeyID: "AKID", secretAccessKey: "a-secret", region: "us-east-1", sources },
      },
    });
    expect(job).toMatchObject({
      status: "SUBMITTED",
      jobInputs: ["my-input"],
      total: 1,
      submittedBy: "PREFIX",
      submittedAt: new Date("2024-01-02T03:04:05.678Z"),
    });
    expectTypeOf(job).toEqualTypeOf<Job>();
    expectTypeOf(job.jobInputs).toEqualTypeOf<readonly string[]>();
  });

  it.each([
    ["the host", ""],
    ["the host with a slash", "/"],
    ["the API", "/api"],
    ["the API with a slash", "/api/"],
  ])("accepts the address of %s", async (_name, suffix) => {
    const { client, seen, baseUrl } = await start(json(details));
    await client({ baseUrl: `${baseUrl}${suffix}` }).jobs.get("a/b");
    expect(seen[0]?.url).toBe("/api/jobs/a%2Fb");
  });

  it.each([
    ["an object of names", { identifier: ["a", "b"] }],
    ["objects", [{ identifier: "a" }, { identifier: "b" }]],
    ["names", ["a", "b"]],
  ])("reads jobInputs as %s", async (_name, jobInputs) => {
    const { client } = await start(json({ ...details, jobInputs }));
    expect((await client().jobs.get("x")).jobInputs).toEqual(["a", "b"]);
  });

  it("reads dates with any offset", async () => {
    const { client } = await start(json(details));
    const { createdAt, updatedAt, submittedAt } = await client().jobs.get("x");
    expect([createdAt, updatedAt, submittedAt].map((date) => date?.toISOString())).toEqual([
      "2024-01-02T03:04:05.600Z",
      "2024-01-02T03:04:06.600Z",
      "2024-01-02T03:04:05.678Z",
    ]);
  });

  it("encodes bytes and blobs as data URLs and sends data URLs unchanged", async () => {
    const { client, seen } = await start(json(receipt));
    const bytes = new Uint8Array(100_000).fill(7);
    await client().jobs.submitEmbedded({ modelId: "a1c7e0b254" }, "1.0.0", {
      a: { image: bytes, other: new Blob(["hi"], { type: "text/plain" }), url: "data:text/plain,hi" },
    });
    const a = seen[0]?.body.input.sources.a;
    expect(a.image).toBe(`data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}`);
    expect([a.other, a.url]).toEqual(["data:text/plain;base64,aGk=", "data:text/plain,hi"]);
    expect(seen[0]?.body.model.identifier).toBe("a1c7e0b254");
  });

  it("sends every option of the general form", async () => {
    const { client, seen } = await start(json(receipt));
    await client().jobs.submit({
      model: { identifier: "m" },
      version: "1.0.0",
      jobTimeoutMs: 5_000,
      idempotencyKey: "mine",
      input: { type: "text", sources: { a: { i: "x" } } },
    });
    expect(seen[0]).toMatchObject({ headers: { "idempotency-key": "mine" }, body: { timeout: 5_000, explain: false } });
  });

  it.each([
    ["no address", { baseUrl: "localhost:8080" }, /baseUrl is not valid: found "localhost:8080"/],
    ["another protocol", { baseUrl: "ftp://x" }, /baseUrl/],
    ["a key without a secret", { apiKey: "only-a-prefix" }, /apiKey is not valid \(it is not shown\)/],
  ])("rejects %s at once", (_name, options, message) => {
    const make = () => new MillraceClient({ baseUrl: "http://localhost", apiKey: "a.b", ...options });
    expect(make).toThrow(MillraceError);
    expect(make).toThrow(message);
  });

  it("takes the address and the key from the environment when neither is passed", async () => {
    const { baseUrl, seen } = await start(json(receipt, 201));
    expect(() => new MillraceClient()).toThrow("baseUrl is missing: pass it to the client or set MILLRACE_URL.");
    vi.stubEnv("MILLRACE_URL", baseUrl);
    expect(() => new MillraceClient()).toThrow("apiKey is missing: pass it to the client or set MILLRACE_API_KEY.");
    vi.stubEnv("MILLRACE_API_KEY", "from.environment");
    await new MillraceClient().jobs.submitText("m", "1.0.0", { a: { i: "x" } });
    expect(seen[0]).toMatchObject({ headers: { authorization: "ApiKey from.environment" } });
  });

  it("printing the client does not reveal the key", async () => {
    const { client } = await start(json(receipt));
    expect(inspect(client(), { depth: 10, showHidden: true })).not.toContain("the-secret");
    expect(JSON.stringify(client())).not.toContain("the-secret");
  });
});
