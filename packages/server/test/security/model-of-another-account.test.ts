import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("a model of another account cannot be seen, run or changed", () => {
  let server: TestServer;
  let ours: string;
  let theirs: string;
  let theirAccount: string;
  let model: string;

  const call = (key: string, method: string, path: string, body?: object) =>
    server.call<any>(method, path, body, { authorization: `ApiKey ${key}` });
  const account = async (name: string) =>
    (await server.call<any>("POST", "/accounting/accounts", { name, email: `${name}@example.com` })).body;

  beforeAll(async () => {
    server = await startTestServer();
    ours = (await account("ours")).key;
    ({ key: theirs, identifier: theirAccount } = await account("theirs"));
    const created = await call(ours, "POST", "/models", { name: "Secret Sauce", version: "0.0.1" });
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    model = created.body.identifier;
    const registry = { url: `millrace/${noOp.identifier}:${noOp.version}` };
    const version = `/models/${model}/versions/0.0.1`;
    expect((await call(ours, "POST", `${version}/container-image`, { registry })).status).toBe(200);
    expect((await call(ours, "POST", `${version}/load-process`)).status).toBe(200);
    expect((await call(ours, "PATCH", version, { status: "active" })).status).toBe(200);
  });
  afterAll(() => server?.close());

  const paths = (identifier: string) =>
    [
      ["PATCH", `/models/${identifier}`, { description: "mine now" }],
      ["POST", `/models/${identifier}/versions`, { version: "9.0.0" }],
      ["PATCH", `/models/${identifier}/versions/0.0.1`, { status: "inactive" }],
      ["PATCH", `/models/${identifier}/versions/0.0.1/processing`, { minimumParallelCapacity: 1 }],
      ["POST", `/models/${identifier}/versions/0.0.1/container-image`, { registry: { url: "evil" } }],
      ["POST", `/models/${identifier}/versions/0.0.1/load-process`],
      ["POST", `/models/${identifier}/versions/0.0.1/run-process`],
      ["PUT", `/models/${identifier}/versions/0.0.1/sample-input`, {}],
      ["PUT", `/models/${identifier}/visibility`, { visibility: "public" }],
      ["DELETE", `/models/${identifier}/versions/0.0.1`],
    ] as const;
  const reads = [
    "",
    "/versions",
    "/versions/0.0.1",
    "/versions/0.0.1/sample-input",
    "/related-models",
    "/visibility",
    "/versions/0.0.1/drift",
  ];
  const submission = () => ({
    model: { identifier: model, version: "0.0.1" },
    input: { type: "text", sources: { a: { input: "x" } } },
  });

  it("a private model does not exist for others", async () => {
    for (const path of reads) expect((await call(theirs, "GET", `/models/${model}${path}`)).status, path).toBe(404);
    for (const [method, path, body] of paths(model))
      expect((await call(theirs, method, path, body)).status, path).toBe(404);
    for (const list of [
      "/models?per-page=1000",
      "/models/latest",
      "/models/all/versions/all?per-page=1000",
      "/resources/processing/engines",
      "/resources/processing/models",
    ])
      expect(JSON.stringify((await call(theirs, "GET", list)).body), list).not.toContain(model);
    expect((await call(theirs, "POST", "/jobs", submission())).status).toBe(404);
  });

  it("a shared model can be run, but not changed", async () => {
    const shared = await call(ours, "PUT", `/models/${model}/visibility`, {
      visibility: "shared",
      accounts: [theirAccount],
    });
    expect(shared.body).toEqual({ visibility: "shared", accounts: [theirAccount] });
    for (const path of reads) expect((await call(theirs, "GET", `/models/${model}${path}`)).status, path).toBe(200);
    for (const [method, path, body] of paths(model))
      expect((await call(theirs, method, path, body)).status, path).toBe(403);
    expect((await call(theirs, "POST", "/jobs", submission())).status).toBe(201);
  });

  it("only a system owner can change a bundled model", async () => {
    for (const [method, path, body] of paths(noOp.identifier))
      expect((await call(theirs, method, path, body)).status, path).toBe(403);
    expect((await server.call("PATCH", `/models/${noOp.identifier}`, {})).status).toBe(200);
  });
});
