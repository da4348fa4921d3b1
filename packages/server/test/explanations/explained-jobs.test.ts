import type { TextExplanation } from "@millrace/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

const transformer = { identifier: "ed542963de", version: "1.0.1" };
const review = "The room was lovely but the breakfast was awful.";
const text = (model: object, inputs: Record<string, string>, more: object = {}) => ({
  model,
  input: {
    type: "text",
    sources: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, { "input.txt": value }])),
  },
  ...more,
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function explained(body: object) {
  const { jobIdentifier } = await server.submit(body);
  const job = await server.waitForEnd(jobIdentifier);
  return { job, results: await server.results(jobIdentifier) };
}
const explanationOf = (results: Awaited<ReturnType<TestServer["results"]>>, name: string) =>
  (
    (results.results[name] as unknown as Record<string, unknown>)["results.json"] as {
      data: { explanation: TextExplanation | null; explanationNotice?: string };
    }
  ).data;

test("explains a classifier without explanations of its own, word by word", async () => {
  const { job, results } = await explained(
    text(transformer, { mixed: review, short: "Great!" }, { explain: true, explanation: { samples: 200 } }),
  );
  expect(job).toMatchObject({ status: "COMPLETED", completed: 2, explain: true, explanationNotice: null });
  expect(job.explanation).toEqual({ samples: 200 });
  expect(results.explained).toBe(true);
  const { explanation } = explanationOf(results, "mixed");
  expect(explanation).toMatchObject({ method: "kernel-shap", seed: 0, isPartial: false });
  expect(explanation?.samples).toBeGreaterThan(100);
  expect(explanation?.samples).toBeLessThanOrEqual(200);
  expect(explanation?.modelCalls).toBe(explanation?.samples);
  // A word alone has two combinations, and an exact explanation.
  const short = explanationOf(results, "short").explanation;
  expect(short).toMatchObject({ samples: 4, wordImportance: [{ word: "Great" }, { word: "!" }] });
  for (const { word, start, end } of explanation?.wordImportance ?? []) expect(review.slice(start, end)).toBe(word);
  const scores = Object.fromEntries(explanation?.wordImportance.map(({ word, score }) => [word, score]) ?? []);
  const sign = explanation?.class === "negative" ? -1 : 1;
  expect((scores["lovely"] ?? 0) * sign).toBeGreaterThan(0);
  expect((scores["awful"] ?? 0) * sign).toBeLessThan(0);
});

test("the same job gives the same explanations", async () => {
  const body = text(sentiment, { one: review }, { explanation: { samples: 64, seed: 5, method: "kernel-shap" } });
  const [first, second] = [await explained(body), await explained(body)];
  const { explanation } = explanationOf(first.results, "one");
  expect(explanation).toMatchObject({ method: "kernel-shap", seed: 5 });
  expect(explanation).toEqual(explanationOf(second.results, "one").explanation);
});

test("a text without words keeps its result and says why it has no explanation", async () => {
  const { results } = await explained(text(sentiment, { dots: "..." }, { explain: true }));
  expect(explanationOf(results, "dots")).toMatchObject({
    explanation: null,
    explanationNotice: 'Data item "input.txt" has no words to explain.',
    result: { classPredictions: expect.any(Array) },
  });
});

test("the explanation of a long text stays in the result", async () => {
  const { results } = await explained(
    text(sentiment, { long: "A lovely room and an awful breakfast. ".repeat(1_500) }, { explanation: { samples: 64 } }),
  );
  const { explanation } = explanationOf(results, "long");
  expect(explanation).toMatchObject({ notice: expect.stringContaining("10500 words") });
  expect(explanation?.wordImportance).toHaveLength(16);
});

test("mentions a class that the model never returns instead of explaining it", async () => {
  const { results } = await explained(
    text(sentiment, { one: review }, { explanation: { samples: 16, classes: ["positive", "postive"] } }),
  );
  const { explanation } = explanationOf(results, "one");
  expect(explanation).toMatchObject({ class: "positive", notice: expect.stringContaining('names "postive"') });
  expect(explanation?.otherClasses).toBeUndefined();
});

test("a model without class scores runs without explanations, and the job says so", async () => {
  const { job } = await explained({
    model: noOp,
    explain: true,
    input: { type: "text", sources: { one: { input: "x" } } },
  });
  expect(job).toMatchObject({ status: "COMPLETED", completed: 1 });
  expect(job.explanationNotice).toMatch(
    /^No-op 1\.0\.0 returns no explanations, and the platform can explain only class scores/,
  );
});

test.each([
  [{ method: "rise" }, 'explanation.method is not valid: found "rise", expected one of kernel-shap, lime for'],
  [{ method: "magic" }, "explanation.method is not valid"],
  [{ samples: 2 }, "explanation.samples is not valid: found the number 2"],
  [{ classes: [] }, "explanation.classes is not valid"],
  [{ classes: [""] }, 'explanation.classes["0"] is not valid'],
  [{ sampels: 100 }, "explanation.sampels is not a known field. Did you mean samples? Rename or remove it."],
])("rejects an explanation request with %j", async (explanation, message) => {
  const { status, body } = await server.call("POST", "/jobs", text(transformer, { one: "x" }, { explanation }));
  expect(status).toBe(400);
  expect(body.message).toContain(message);
});

test("a model's details say how it can be explained", async () => {
  const { body } = await server.call("GET", "/models/ed542963de");
  expect(body.features).toEqual([
    expect.objectContaining({ identifier: "explainable", description: expect.stringContaining("kernel-shap, lime") }),
  ]);
  expect((await server.call("GET", `/models/${noOp.identifier}`)).body.features).toEqual([]);
});
