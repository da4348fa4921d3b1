import { afterAll, beforeAll, expect, test } from "vitest";
import { createModelsDirectory, type ModelsDirectory } from "../support/models-directory.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

// A model that answers class scores where its input has words, and says of neither in its model.yaml.
const run = `(text) => {
  const scores = text.includes("good") ? [0.9, 0.1] : [0.4, 0.6];
  const names = text.includes("crane") ? ["good", "good"] : ["good", "bad"];
  const classPredictions = scores.map((score, at) => ({ class: names[at], score }));
  const result = text.includes("number") ? 7 : { classPredictions };
  return { "results.json": { data: { result, explanation: null, drift: null } } };
}`;

let models: ModelsDirectory;
let server: TestServer;
beforeAll(async () => {
  models = await createModelsDirectory("{ results.json: { mediaType: application/json, maxSize: 1M } }", run);
  server = await startTestServer({ modelsDirectory: models.path });
});
afterAll(async () => {
  await server?.close();
  await models?.remove();
});

async function explain(text: string, explained = true) {
  const input = { type: "text", sources: { one: { input: text } } };
  const { jobIdentifier } = await server.submit({ model: models.model, input, explain: explained });
  const job = await server.waitForEnd(jobIdentifier);
  const results = await server.results(jobIdentifier);
  const entry = results.results["one"] as unknown as Record<string, unknown>;
  return { job, results, data: (entry["results.json"] as { data: Record<string, unknown> }).data };
}

test("class scores are explained where an answer has them, and the job says which key to set", async () => {
  const { job, results, data } = await explain("a good room");
  expect(data["explanation"]).toMatchObject({ class: "good", wordImportance: expect.any(Array) });
  expect(results.explained).toBe(true);
  expect(job.explanationNotice).toMatch(
    /^features\.resultsFormat in the model\.yaml of Test 1\.0\.0 is not set, .* set features\.resultsFormat: classification\.$/,
  );
});

test("results are called explained only if one of them is", async () => {
  const { results, data } = await explain("a number");
  expect(data).toEqual({ result: 7, explanation: null, drift: null });
  expect(results.explained).toBe(false);
  expect((await explain("a good room", false)).results.explained).toBe(false);
});

test("a class that the answer names twice keeps its result and is not explained as one", async () => {
  const { results, data } = await explain("a good crane");
  expect(data).toMatchObject({
    result: { classPredictions: [{ class: "good" }, { class: "good" }] },
    explanation: null,
    explanationNotice: expect.stringContaining('names the class "good" more than once'),
  });
  expect(results.explained).toBe(false);
});
