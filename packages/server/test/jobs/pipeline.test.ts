import type { ClassificationOutput } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  noOp,
  s3Input,
  sentiment,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../support/test-server.js";

describe("a job from submission to results", () => {
  let server: TestServer;
  let bucket: TestBucket;

  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    await bucket.put("good.txt", "A wonderful film, warm, funny and wise. I loved every minute.");
    await bucket.put("bad.txt", "A terrible, boring waste of time. The worst film of the year.");
    await bucket.put("größe/日本 +&?#.txt", "Great service and lovely food.");
    await bucket.put("large.bin", new Uint8Array(3 * 2 ** 20));
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
  });

  const location = (key: string, name = bucket.bucket) => ({ "input.txt": { bucket: name, key } });

  it("returns a receipt for the documented call and a real prediction for every input", async () => {
    const receipt = await server.submit({
      model: sentiment,
      explain: false,
      input: s3Input({ praise: location("good.txt"), scorn: location("/bad.txt"), ü: location("größe/日本 +&?#.txt") }),
    });
    expect(receipt).toMatchObject({
      status: "SUBMITTED",
      totalInputs: 3,
      jobInputs: { identifier: ["praise", "scorn", "ü"] },
      accessKey: "test",
    });
    const job = await server.waitForEnd(receipt.jobIdentifier);
    expect(job).toMatchObject({ status: "COMPLETED", total: 3, completed: 3, failed: 0, pending: 0 });
    const { results, failures, finished } = await server.results(receipt.jobIdentifier);
    expect([finished, Object.keys(failures)]).toEqual([true, []]);
    const best = (name: string) =>
      (results[name]?.["results.json"] as ClassificationOutput | undefined)?.data.result.classPredictions[0];
    expect(best("praise")?.class).toBe("positive");
    expect(best("scorn")?.class).toBe("negative");
    expect(best("ü")?.class).toBe("positive");
    expect(results["praise"]).toMatchObject({ status: "SUCCESSFUL", error: null });
  });

  it("each bad input fails alone, with a message that names the location and the cause", async () => {
    const receipt = await server.submit({
      model: sentiment,
      input: s3Input({
        fine: location("good.txt"),
        "missing key": location("no-such-file.txt"),
        "wrong bucket": location("good.txt", "no-such-bucket-of-mine"),
        "wrong item": { "text.txt": { bucket: bucket.bucket, key: "good.txt" } },
        "too large": location("large.bin"),
      }),
    });
    const job = await server.waitForEnd(receipt.jobIdentifier);
    expect(job).toMatchObject({ status: "COMPLETED", completed: 1, failed: 4 });
    const { results, failures } = await server.results(receipt.jobIdentifier);
    expect(Object.keys(results)).toEqual(["fine"]);
    expect(failures["missing key"]?.error).toMatch(/no-such-file\.txt.*NoSuchKey/);
    expect(failures["wrong bucket"]?.error).toMatch(/no-such-bucket-of-mine.*NoSuchBucket/);
    expect(failures["wrong item"]?.code).toBe("input.unexpected_data_items");
    expect(failures["wrong item"]?.error).toMatch(/expects "input\.txt"; this input has "text\.txt"/);
    expect(failures["too large"]?.error).toMatch(/large\.bin.*(3 MiB|3145728|3,145,728)/);
  });

  it("runs texts and data URLs in the submission", async () => {
    const text = await server.submit({
      model: sentiment,
      input: { type: "text", sources: { a: { "input.txt": "I love it \u0000 still" } } },
    });
    const embedded = await server.submit({
      model: sentiment,
      input: {
        type: "embedded",
        sources: {
          base64: {
            "input.txt": `data:text/plain;base64,${Buffer.from("I hate this awful thing").toString("base64")}`,
          },
          percent: { "input.txt": "data:text/plain,What%20a%20lovely%20day" },
          broken: { "input.txt": "data:text/plain;base64,@@@@" },
        },
      },
    });
    expect(await server.waitForEnd(text.jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 1 });
    expect(await server.waitForEnd(embedded.jobIdentifier)).toMatchObject({
      status: "COMPLETED",
      completed: 2,
      failed: 1,
    });
    const { failures } = await server.results(embedded.jobIdentifier);
    expect(failures["broken"]?.error).toMatch(/base64/);
  });

  it("returns the bytes of an output by either URL", async () => {
    const { jobIdentifier } = await server.submit({
      model: noOp,
      input: { type: "text", sources: { "a b": { input: "four" } } },
    });
    await server.waitForEnd(jobIdentifier);
    for (const path of [
      `/results/${jobIdentifier}/datasource/a%20b/output/results.json`,
      `/results/${jobIdentifier}/a%20b/results.json`,
    ]) {
      const { status, body, headers } = await server.call("GET", path);
      expect([status, body, headers.get("content-type")]).toEqual([200, { sizeBytes: 4 }, "application/json"]);
    }
    const { status, body } = await server.call("GET", `/results/${jobIdentifier}/datasource/a%20b/output/other.json`);
    expect(status).toBe(404);
    expect(body.message).toContain('"results.json"');
  });

  it("creates one job for a repeated submission, and rejects the key for another one", async () => {
    const body = { model: noOp, input: { type: "text", sources: { a: { input: "x" } } } };
    const key = { "idempotency-key": "the-same" };
    const first = await server.call("POST", "/jobs", body, key);
    const again = await server.call("POST", "/jobs", body, key);
    expect(again.body.jobIdentifier).toBe(first.body.jobIdentifier);
    const other = await server.call("POST", "/jobs", { ...body, explain: true }, key);
    expect(other.status).toBe(409);
  });

  it("a cancel returns CANCELED, keeps finished results and adds none", async () => {
    const sources = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`input-${index}`, location("good.txt")]),
    );
    const { jobIdentifier } = await server.submit({ model: sentiment, input: s3Input(sources) });
    const canceled = await server.call("DELETE", `/jobs/${jobIdentifier}`, undefined, {
      "content-type": "application/json",
    });
    expect(canceled.status).toBe(200);
    expect(canceled.body.status).toBe("CANCELED");
    const { finished, completed } = await server.results(jobIdentifier);
    expect(finished).toBe(true);
    expect(completed).toBeLessThan(3_000);
    const again = await server.call("DELETE", `/jobs/${jobIdentifier}`);
    expect(again.body.status).toBe("CANCELED");
    expect((await server.call("GET", `/jobs/${jobIdentifier}`)).body.completed).toBe(again.body.completed);
  });

  it("ends a job as TIMEDOUT when its time is up", async () => {
    const sources = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`input-${index}`, location("good.txt")]),
    );
    const { jobIdentifier } = await server.submit({ model: sentiment, timeout: "300", input: s3Input(sources) });
    const job = await server.waitForEnd(jobIdentifier);
    expect(job.status).toBe("TIMEDOUT");
    expect((await server.results(jobIdentifier)).finished).toBe(true);
  });
});
