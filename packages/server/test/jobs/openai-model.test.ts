import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startOpenAiServer } from "../../../runners/test/model-servers/openai-server.mjs";
import { startTestServer, type TestServer } from "../support/test-server.js";

const key = "sk-a-key-of-the-operator";
const manifest = (address: string) => `
identifier: reviewer01
version: 1.0.0
name: Reviewer
description: { summary: Judges reviews. }
inputs: { input.txt: { acceptedMediaTypes: [text/plain], maxSize: 1K } }
outputs: { results.json: { mediaType: application/json, maxSize: 1K } }
resources: { memory: { size: 128M }, cpu: { count: 1 } }
timeout: { status: 5m, run: 5m }
features: { maxBatchSize: 8 }
runner:
  kind: openai
  address: "${address}"
  model: tiny
  task: chat
  prompt: "{{input.txt}}"
  schema: { type: object, properties: { label: { type: string } }, required: [label], additionalProperties: false }
`;

let models: string;
let llm: Awaited<ReturnType<typeof startOpenAiServer>>;
let server: TestServer;
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), "millrace-models-"));
  llm = await startOpenAiServer({
    key,
    reply({ messages }) {
      const text = messages[0]?.content;
      if (text === "busy")
        return { status: 429, headers: { "retry-after": "86400" }, body: { error: { message: "busy" } } };
      return text === "chatty" ? "Certainly!" : '{"label":"good"}';
    },
  });
  const folder = join(models, "reviewer", "1.0.0");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.yaml"), manifest(llm.address));
  server = await startTestServer({
    modelsDirectory: models,
    modelPolicy: { serverKeys: [{ url: llm.address, key }] },
  });
});
afterAll(async () => {
  await server?.close();
  await llm?.close();
  await rm(models, { recursive: true, force: true });
});

it("a job runs a model behind OpenAI's API, and each input succeeds or fails with its own code", async () => {
  const sources = Object.fromEntries(["fine", "chatty", "busy", "too"].map((text) => [text, { "input.txt": text }]));
  const model = { identifier: "reviewer01", version: "1.0.0" };
  const { jobIdentifier } = await server.submit({ model, input: { type: "text", sources } });
  await server.waitForEnd(jobIdentifier);
  const { results, failures } = await server.results(jobIdentifier);
  const good = { data: { result: { label: "good" } }, usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2 } };
  expect(results).toMatchObject({ fine: { "results.json": good }, too: { "results.json": good } });
  expect(Object.keys(results)).toHaveLength(2);
  expect(failures).toMatchObject({
    chatty: { code: "model.invalid_output", error: expect.stringContaining('it begins with "Certainly!"') },
    busy: { code: "model.throttled" },
  });
});
