import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../server/test/support/test-server.js";
import { MillraceClient, NotFoundError, UnauthorizedError } from "../src/index.js";

describe("against a real server", () => {
  let server: TestServer;
  let bucket: TestBucket;
  let client: MillraceClient;
  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    client = new MillraceClient({ baseUrl: server.url, apiKey: server.apiKey });
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
  });

  it("submitAwsS3, waitUntilComplete, results: the call this project exists for", async () => {
    await bucket.put("a.bin", "12345");
    const job = await client.jobs.submitAwsS3(
      "c0ffee0000",
      "1.0.0",
      {
        here: { input: { bucket: bucket.bucket, key: "a.bin" } },
        gone: { input: { bucket: bucket.bucket, key: "b.bin" } },
      },
      "test",
      "test",
      "us-east-1",
    );
    expect(job.jobInputs).toEqual(["here", "gone"]);
    const done = await client.jobs.waitUntilComplete(job);
    expect(done).toMatchObject({ status: "COMPLETED", completed: 1, failed: 1, jobInputs: ["here", "gone"] });
    const { results, failures } = await client.results.get(job);
    expect(results["here"]?.["results.json"]).toEqual({ sizeBytes: 5 });
    expect(failures["gone"]?.error).toMatch(/b\.bin/);
    const { bytes, mediaType } = await client.results.output(job, "here", "results.json");
    expect([Buffer.from(bytes).toString(), mediaType]).toEqual(['{"sizeBytes":5}', "application/json"]);
    await expect(client.results.output(job, "here", "mask.png")).rejects.toThrow(NotFoundError);
  });

  it("lists jobs and models page by page", async () => {
    for (let count = 0; count < 3; count += 1)
      await client.jobs.submitText("c0ffee0000", "1.0.0", { a: { input: "x" } });
    const jobs = [];
    for await (const job of client.jobs.history({ pageSize: 2, model: "no-op" })) jobs.push(job.jobIdentifier);
    expect(new Set(jobs).size).toBe(jobs.length);
    expect(jobs.length).toBeGreaterThanOrEqual(3);
    const names = [];
    for await (const model of client.models.list({ pageSize: 1 })) names.push(model.name);
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
    expect(names).toContain("No-op");
  });

  it("shows models, versions and samples", async () => {
    const model = await client.models.getByName("no-op");
    expect(model.identifier).toBe("c0ffee0000");
    expect(await client.models.versions(model)).toEqual(["1.0.0"]);
    expect((await client.models.version(model, "1.0.0")).inputs[0]).toMatchObject({
      name: "input",
      maximumSize: 64_000_000,
    });
    const sample = await client.models.sampleInput(model, "1.0.0");
    expect(sample).toMatchObject({ model: { identifier: "c0ffee0000" } });
    expect((await client.models.latest()).map(({ name }) => name)).toContain("No-op");
  });

  it("refuses a wrong key and an unknown job with errors of their own", async () => {
    const stranger = new MillraceClient({ baseUrl: server.url, apiKey: "test.wrong" });
    await expect(stranger.models.latest()).rejects.toThrow(UnauthorizedError);
    await expect(client.jobs.get("0b6f7e3c-0000-4000-8000-000000000000")).rejects.toThrow(NotFoundError);
  });
});
