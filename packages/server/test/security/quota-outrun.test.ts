import { afterAll, beforeAll, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

it("concurrent submissions cannot exceed a quota", async () => {
  const prefix = server.apiKey.split(".")[0];
  const limitsPath = `/accounting/access-keys/${prefix}/limits`;
  await server.call("PUT", limitsPath, { inputsPerDay: 50 });
  const sources = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`i${index}`, { input: "x" }]));
  const submit = () => server.call("POST", "/jobs", { model: noOp, input: { type: "text", sources } });
  const answers = await Promise.all(Array.from({ length: 20 }, submit));
  const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
  expect([count(201), count(429)]).toEqual([10, 10]);
  expect((await server.call("GET", limitsPath)).body.use.inputsToday).toBe(50);
});
