import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../server/test/support/test-server.js";
import {
  ConflictError,
  MillraceClient,
  NotFoundError,
  UnauthorizedError,
  type JobEvent,
  type JobProgress,
} from "../src/index.js";

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

  it("submitAwsS3, waitUntilComplete and results run a model over a bucket", async () => {
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

  it("lists the audit log page by page", async () => {
    const job = await client.jobs.submit({
      model: "c0ffee0000",
      version: "1.0.0",
      input: { type: "text", sources: { a: { input: "x" } } },
    });
    await client.jobs.cancel(job);
    const actions: string[] = [];
    for await (const { action } of client.audit.entries({ target: job.jobIdentifier, pageSize: 1 }))
      actions.push(action);
    expect(actions).toEqual(["DELETE /api/jobs/:job", "POST /api/jobs"]);
  });

  it("follows a job's events and retries failed inputs", async () => {
    await bucket.put("there.bin", "1234");
    const location = (key: string) => ({ input: { bucket: bucket.bucket, key } });
    const sources = { there: location("there.bin"), later: location("later.bin") };
    const access = { accessKeyID: "test", secretAccessKey: "test", region: "us-east-1" };
    const job = await client.jobs.submit({
      model: "c0ffee0000",
      version: "1.0.0",
      priority: 3,
      input: { type: "aws-s3", ...access, sources },
    });
    expect(job).toMatchObject({ priority: 3, paused: false });
    const finished: Record<string, string> = {};
    let lastEventId = "";
    let last: JobEvent | undefined;
    for await (const event of client.jobs.events(job)) {
      last = event;
      if (event.type !== "input") continue;
      finished[event.name] = event.status;
      lastEventId = event.id;
    }
    expect(finished).toEqual({ there: "SUCCESSFUL", later: "FAILED" });
    expect(last).toMatchObject({ type: "state", status: "COMPLETED" });

    await bucket.put("later.bin", "123");
    await expect(client.jobs.pause(job)).rejects.toThrow(ConflictError);
    await expect(client.jobs.retryFailed(job)).rejects.toThrow(/accessKeyID/);
    await client.jobs.retryFailed(job, access);
    const again = [];
    for await (const event of client.jobs.events(job, { lastEventId }))
      if (event.type === "input") again.push(event.name);
    expect(again).toEqual(["later"]);
    expect(await client.jobs.get(job)).toMatchObject({ status: "COMPLETED", completed: 2, failed: 0 });
  });

  it("pauses and resumes a job while waiting for it", async () => {
    const sources = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`i-${index}`, { input: "x" }]));
    const job = await client.jobs.submitText("c0ffee0000", "1.0.0", sources);
    expect(await client.jobs.pause(job)).toMatchObject({ paused: true });
    const shown: JobProgress[] = [];
    const ended = client.jobs.waitUntilComplete(job, { onProgress: (progress) => shown.push(progress) });
    expect(await client.jobs.resume(job)).toMatchObject({ paused: false });
    expect(await ended).toMatchObject({ status: "COMPLETED", completed: 20_000 });
    expect(shown.at(-1)).toEqual({ status: "COMPLETED", total: 20_000, completed: 20_000, failed: 0, pending: 0 });
    expect(shown.map(({ completed }) => completed)).toEqual(
      shown.map(({ completed }) => completed).toSorted((a, b) => a - b),
    );
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

  it("throws specific errors for a wrong key and an unknown job", async () => {
    const stranger = new MillraceClient({ baseUrl: server.url, apiKey: "test.wrong" });
    await expect(stranger.models.latest()).rejects.toThrow(UnauthorizedError);
    await expect(client.jobs.get("0b6f7e3c-0000-4000-8000-000000000000")).rejects.toThrow(NotFoundError);
  });
});
