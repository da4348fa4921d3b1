import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, MillraceClient } from "@millrace/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { s3Input, startTestBucket, startTestServer, type TestBucket, type TestServer } from "../support/test-server.js";

const manifest = (version: string, runLimit: string) => `
identifier: badmanners
version: ${version}
name: Bad Manners
description: { summary: Does what its input says. }
inputs: { input: { acceptedMediaTypes: [text/plain], maxSize: 100B } }
outputs: { results.json: { mediaType: application/json, maxSize: 1K } }
resources: { memory: { size: 128M }, cpu: { count: 1 } }
timeout: { status: 5m, run: ${runLimit} }
features: { maxBatchSize: 1 }
runner: { kind: module, file: model.mjs }
`;
const code = `
const answer = async (text) => {
  if (text === "crash") process.exit(3);
  if (text === "hang") await new Promise(() => setInterval(() => {}, 1_000));
  if (text === "refuse") throw new Error("This text is not polite.");
  if (text === "flood") return { "results.json": "x".repeat(10_000) };
  if (text === "nan") return { "results.json": { scores: [0, NaN] } };
  if (text === "python") return { "results.json": Buffer.from('{"scores": [0, NaN]}') };
  if (text === "huge") return { "results.json": Buffer.from('{"scores": [0, 1e999]}') };
  return { "results.json": { text } };
};
export const load = () => ({ run: (batch) => Promise.all(batch.map(({ input }) => answer(Buffer.from(input).toString()))) });
`;

describe("a failed input has a code that programs can act on", () => {
  let bucket: TestBucket;
  let server: TestServer;
  let models: string;
  const model = { identifier: "badmanners", version: "1.0.0" };
  const impatient = { ...model, version: "2.0.0" };

  beforeAll(async () => {
    models = await mkdtemp(join(tmpdir(), "millrace-models-"));
    for (const [version, runLimit] of [
      [model.version, "5m"],
      [impatient.version, "100ms"],
    ] as const) {
      const folder = join(models, "bad-manners", version);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "model.yaml"), manifest(version, runLimit));
      await writeFile(join(folder, "model.mjs"), code);
    }
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint, modelsDirectory: models });
    await bucket.put("large.txt", "x".repeat(200));
    await bucket.put("picture.txt", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
    await rm(models, { recursive: true, force: true });
  });

  const codesOf = async (input: object, of = model): Promise<object> => {
    const { jobIdentifier } = await server.submit({ model: of, input });
    await server.waitForEnd(jobIdentifier);
    const { failures } = await server.results(jobIdentifier);
    return Object.fromEntries(Object.entries(failures).map(([name, failure]) => [name, failure.code]));
  };

  it("of a bucket: missing, too large, wrong type", async () => {
    const at = (key: string, name = bucket.bucket) => ({ input: { bucket: name, key } });
    const sources = {
      gone: at("gone.txt"),
      nowhere: at("a", "no-such-bucket-x"),
      large: at("large.txt"),
      picture: at("picture.txt"),
    };
    expect(await codesOf(s3Input(sources))).toEqual({
      gone: "s3.no_such_key",
      nowhere: "s3.no_such_bucket",
      large: "input.too_large",
      picture: "input.unsupported_media_type",
    });
  });

  it("of a model: rejects, crashes, hangs or returns invalid output; the others have results", async () => {
    const input = (...texts: string[]) => ({
      type: "text",
      sources: Object.fromEntries(texts.map((text) => [text, { input: text }])),
    });
    expect(await codesOf(input("fine", "refuse", "flood", "crash"))).toEqual({
      refuse: "model.refused",
      flood: "model.invalid_output",
      crash: "engine.crashed",
    });
    expect(await codesOf(input("hang"), impatient)).toEqual({ hang: "engine.timeout" });
  });

  it("a number that JSON cannot hold fails the input and says where it is", async () => {
    const sources = Object.fromEntries(["nan", "python", "huge", "fine"].map((text) => [text, { input: text }]));
    const { jobIdentifier } = await server.submit({ model, input: { type: "text", sources } });
    await server.waitForEnd(jobIdentifier);
    const { results, failures } = await server.results(jobIdentifier);
    expect(Object.keys(results)).toEqual(["fine"]);
    const sentence = (value: string) =>
      `The model returned ${value} in its output "results.json" at scores[1], which JSON cannot hold.`;
    expect(failures["nan"]?.error).toBe(sentence("NaN"));
    expect(failures["python"]?.error).toBe(sentence("NaN or Infinity"));
    expect(failures["huge"]?.error).toBe(sentence("Infinity"));
  });

  it("the SDK exposes the code and request id of every error, and the code of every failure", async () => {
    const client = new MillraceClient({ baseUrl: server.url, apiKey: server.apiKey });
    const error = await client.jobs.get("0b6f7e3c-0000-4000-8000-000000000000").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "not_found", requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const job = await client.jobs.submitText(model.identifier, model.version, { rude: { input: "refuse" } });
    await client.jobs.waitUntilComplete(job);
    expect((await client.results.get(job)).failures["rude"]?.code).toBe("model.refused");
  });
});
