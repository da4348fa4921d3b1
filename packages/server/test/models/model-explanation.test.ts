import type { ModelVersion } from "@millrace/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test("a version's details list the explanation methods and the default", async () => {
  const featuresOf = async ({ identifier, version }: { identifier: string; version: string }) =>
    (await server.call<ModelVersion>("GET", `/models/${identifier}/versions/${version}`)).body.features;
  const text = { format: "wordImportance", kind: "text", methods: ["kernel-shap", "lime"], samples: 500, isOwn: false };
  expect(await featuresOf(sentiment)).toEqual([
    expect.objectContaining({ identifier: "explainable", explanation: text }),
  ]);
  expect(await featuresOf(noOp)).toEqual([]);
});
