import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  noOp,
  sentiment,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../packages/server/test/support/test-server.js";
import { clientHttp, sdk } from "./javascript-sdk.js";

const dateOnTheWire = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+00:00$/;

describe("the published JavaScript client, @modzy/modzy-sdk 1.0.7", () => {
  let server: TestServer;
  let bucket: TestBucket;
  let directory: string;
  let client: InstanceType<typeof sdk.ModzyClient>;
  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    directory = await mkdtemp(join(tmpdir(), "millrace-javascript-client-"));
    client = new sdk.ModzyClient(`${server.url}/api`, server.apiKey);
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const oneByte = { model: noOp, input: { type: "text", sources: { one: { input: "x" } } } };

  it("submitJobAWSS3 runs a model over objects of a bucket; one that is missing fails alone", async () => {
    await bucket.put("texts/a happy day.txt", "What a wonderful, lovely day!");
    const receipt = await client.submitJobAWSS3(
      sentiment.identifier,
      sentiment.version,
      "test",
      "javascript-secret",
      "us-east-1",
      {
        happy: { "input.txt": { bucket: bucket.bucket, key: "texts/a happy day.txt" } },
        "leading slash": { "input.txt": { bucket: bucket.bucket, key: "/texts/a happy day.txt" } },
        missing: { "input.txt": { bucket: bucket.bucket, key: "texts/nothing.txt" } },
      },
    );
    expect(receipt).toMatchObject({
      jobIdentifier: expect.any(String),
      status: "SUBMITTED",
      model: sentiment,
      totalInputs: 3,
      jobInputs: { identifier: ["happy", "leading slash", "missing"] },
      accessKey: "test",
      explain: false,
      submittedAt: expect.stringMatching(dateOnTheWire),
    });
    const job = await client.blockUntilComplete(receipt);
    expect(job).toMatchObject({ status: "COMPLETED", total: 3, completed: 2, failed: 1, pending: 0 });
    expect(job.jobInputs).toEqual(["happy", "leading slash", "missing"].map((identifier) => ({ identifier })));

    const results = await client.getResult(receipt.jobIdentifier);
    expect(results).toMatchObject({ finished: true, total: 3, completed: 2, failed: 1 });
    expect(Object.keys(results.results)).toEqual(["happy", "leading slash"]);
    const { classPredictions } = results.results.happy["results.json"].data.result;
    expect(classPredictions[0]).toMatchObject({ class: expect.stringMatching(/pos/i), score: expect.any(Number) });
    expect(results.failures.missing).toMatchObject({
      status: "FAILED",
      error: expect.stringContaining("texts/nothing.txt"),
    });
    expect(JSON.stringify([receipt, job, results])).not.toContain("javascript-secret");
  });

  it("submitJobText, submitJobEmbedded, submitJobFiles and submitJob deliver every byte to the model", async () => {
    const file = join(directory, "two-and-a-half-chunks.bin");
    const sizeBytes = 2.5 * 2 ** 20;
    await writeFile(file, Buffer.alloc(sizeBytes, 7));
    const { identifier, version } = noOp;
    const receipts = await Promise.all([
      client.submitJobText(identifier, version, { "gr\u00fc\u00df dich": { input: "four" } }),
      client.submitJobEmbedded(identifier, version, "application/octet-stream", { bytes: { input: "\u0000\u00ff3" } }),
      client.submitJobFiles(identifier, version, {
        "a file": { input: file },
        bytes: { input: Buffer.from("seven..") },
      }),
      client.getJobClient().submitJob(oneByte),
    ]);
    const sizes = await Promise.all(
      receipts.map(async (receipt) => {
        expect((await client.blockUntilComplete(receipt)).status).toBe("COMPLETED");
        const { results, failures } = await client.getResult(receipt.jobIdentifier);
        expect(failures).toEqual({});
        return Object.fromEntries(
          Object.entries<any>(results).map(([input, entry]) => [input, entry["results.json"].sizeBytes]),
        );
      }),
    );
    expect(sizes).toEqual([{ "gr\u00fc\u00df dich": 4 }, { bytes: 3 }, { "a file": sizeBytes, bytes: 7 }, { one: 1 }]);
  });

  it("submitJobFiles rejects and leaves a canceled job when an input cannot be sent", async () => {
    const rejected = client.submitJobFiles(noOp.identifier, noOp.version, { gone: { input: join(directory, "gone") } });
    await expect(rejected).rejects.toMatchObject({ code: "ENOENT" });
    const [job] = await client.getJobHistory(null, null, null, null, null, "CANCELED", null, 1, "DESC", "createdAt");
    expect(job).toMatchObject({ status: "CANCELED", total: 0 });
  });

  it("submitJobJDBC reaches the server intact: rejected by its type, or accepted as a job", async () => {
    const submitted = client.submitJobJDBC(
      noOp.identifier,
      noOp.version,
      "jdbc:postgresql://127.0.0.1:9/nowhere",
      "user",
      "jdbc-secret",
      "org.postgresql.Driver",
      'select 1 as "input"',
    );
    const answer = await submitted.catch((error: unknown) => error);
    expect(JSON.stringify(answer.message ?? answer)).not.toContain("jdbc-secret");
    if (answer.code === undefined) {
      expect(answer).toMatchObject({ jobIdentifier: expect.any(String), status: "SUBMITTED" });
      await client.cancelJob(answer.jobIdentifier);
    } else {
      expect(answer).toMatchObject({ code: 400, message: expect.stringContaining('"jdbc"') });
    }
  });

  it("getJob and cancelJob return the job with its new state", async () => {
    const { jobIdentifier } = await client.getJobClient().submitJob({ model: noOp });
    expect(await client.getJob(jobIdentifier)).toMatchObject({ jobIdentifier, status: "OPEN" });
    expect(await client.cancelJob(jobIdentifier)).toMatchObject({ jobIdentifier, status: "CANCELED" });
    expect(await client.getJob(jobIdentifier)).toMatchObject({ status: "CANCELED", submittedBy: "test" });
    expect(await client.getResult(jobIdentifier)).toMatchObject({ finished: true, results: {}, failures: {} });
  });

  it("getJobHistory filters and pages", async () => {
    const { jobIdentifier } = await client.getJobClient().submitJob(oneByte);
    const history = (...filters: unknown[]) => client.getJobHistory(...filters);
    const newest = await history(null, null, null, null, null, "all", 1, 1, "DESC", "createdAt");
    expect(newest).toMatchObject([{ jobIdentifier, model: noOp }]);
    const yesterday = new Date(Date.now() - 86_400_000);
    const mine = await history("Admin", "test", yesterday, null, "No-op", null, 1, 100, "DESC", "createdAt");
    expect(mine.map((job: { jobIdentifier: string }) => job.jobIdentifier)).toContain(jobIdentifier);
    expect(await history(null, "nobody", null, null, null, null, null, 10, null, null)).toEqual([]);
    const ended = history(null, null, null, new Date().toISOString(), null, null, null, 10, null, null);
    await expect(ended).rejects.toMatchObject({ code: 400, message: expect.stringContaining("startDate") });
  });

  it("getFeatures returns the chunk size in a form that the client understands", async () => {
    expect(await client.getJobClient().getFeatures()).toMatchObject({ inputChunkMaximumSize: "1Mi" });
  });

  it("getAllModels, getModels, getModel, getModelByName and getRelatedModels find models", async () => {
    const all = await client.getAllModels();
    expect(all).toContainEqual(expect.objectContaining({ modelId: noOp.identifier, latestVersion: "1.0.0" }));
    const found = await client.getModels(sentiment.identifier, null, null, null, null, true);
    expect(found).toMatchObject([{ modelId: sentiment.identifier, versions: expect.arrayContaining(["0.0.27"]) }]);
    const model = await client.getModel(sentiment.identifier);
    expect(model).toMatchObject({ identifier: sentiment.identifier, modelId: sentiment.identifier });
    expect(await client.getModelByName(model.name)).toMatchObject({ identifier: sentiment.identifier });
    await expect(client.getModelByName("no model has this name")).rejects.toMatchObject({ code: 400 });
    const related = await client.getRelatedModels(sentiment.identifier);
    expect(related.length).toBeGreaterThan(0);
    expect(related).not.toContainEqual(expect.objectContaining({ identifier: sentiment.identifier }));
  });

  it("getModelVersions, getModelVersion and the samples describe a version", async () => {
    const models = client.getModelClient();
    const { identifier, version } = sentiment;
    expect(await models.getModelVersions(identifier)).toContainEqual(expect.objectContaining({ version }));
    expect(await client.getModelVersion(identifier, version)).toMatchObject({
      version,
      inputs: [{ name: "input.txt", acceptedMediaTypes: expect.any(String), maximumSize: expect.any(Number) }],
      outputs: [{ name: "results.json" }],
      timeout: { status: expect.any(Number), run: expect.any(Number) },
    });
    const sample = await models.getModelVersionInputSample(identifier, version);
    expect(sample).toMatchObject({ model: { identifier, version }, input: { sources: expect.any(Object) } });
    expect(await models.getModelVersionOutputSample(identifier, version)).toMatchObject({
      finished: true,
      results: expect.any(Object),
    });
  });

  it("getAllTags and getTagsAndModels, which send no key, are refused; with a key they work", async () => {
    await expect(client.getAllTags()).rejects.toMatchObject({ code: 401 });
    await expect(client.getTagsAndModels("text")).rejects.toMatchObject({ code: 401 });
    const headers = clientHttp.default.defaults.headers.common;
    headers["Authorization"] = `ApiKey ${server.apiKey}`;
    try {
      const tags = await client.getAllTags();
      expect(tags).toContainEqual(expect.objectContaining({ identifier: "text", name: expect.any(String) }));
      const { models } = await client.getTagsAndModels("text", "nothing");
      expect(models).toContainEqual(expect.objectContaining({ identifier: sentiment.identifier }));
    } finally {
      delete headers["Authorization"];
    }
  });

  it("getAPIKeys and getKeyBody get 404, because key secrets are not stored", async () => {
    const accounting = client.getAccountingClient();
    for (const [refused, path] of [
      [accounting.getAPIKeys("admin@localhost"), "/accounting/access-keys/user/admin@localhost"],
      [accounting.getKeyBody("test"), "/accounting/access-keys/test/hash"],
    ] as const)
      await expect(refused).rejects.toMatchObject({ code: 404, message: expect.stringContaining(path) });
  });

  it("an error has the server's code and message", async () => {
    await expect(client.getModel("nosuchmode")).rejects.toMatchObject({
      code: 404,
      message: expect.stringContaining("nosuchmode"),
    });
    const stranger = new sdk.ModzyClient(`${server.url}/api`, "nobody.secret-of-nobody");
    await expect(stranger.getAllModels()).rejects.toMatchObject({ code: 401 });
  });
});
