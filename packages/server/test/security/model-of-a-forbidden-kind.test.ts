import { afterAll, beforeAll, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";

let server: AttackedServer;

beforeAll(async () => {
  server = await startAttackedServer({ MILLRACE_RUNNERS: "onnx,grpc-container" });
});
afterAll(() => server?.close());

it("deploying a model of a forbidden kind is rejected and does not run its code", async () => {
  expect(await server.deploy("return 1;")).toMatch(
    /Hostile 1\.0\.0 is of kind "module", which this installation does not run: MILLRACE_RUNNERS allows onnx, grpc-container\./,
  );
});

it("running an existing model of a forbidden kind is rejected", async () => {
  const call = async (path: string, body?: object) => {
    const response = await fetch(`${server.process.url}/api${path}`, {
      headers: { authorization: `ApiKey ${server.secrets.apiKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    return (await response.json()) as any;
  };
  const { jobIdentifier } = await call("/jobs", {
    // A bundled one, of kind module.
    model: { identifier: "c0ffee0000", version: "1.0.0" },
    input: { type: "text", sources: { a: { input: "x" } } },
  });
  await expect.poll(async () => (await call(`/jobs/${jobIdentifier}`)).status).toBe("COMPLETED");
  const { failures } = await call(`/results/${jobIdentifier}`);
  expect(JSON.stringify(failures)).toContain("which this installation does not run");
});
