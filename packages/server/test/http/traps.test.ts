import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

const wireDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+00:00$/;
const versionPath = `/models/${noOp.identifier}/versions/${noOp.version}`;
const text = (sources: object, model = noOp) => ({ model, input: { type: "text", sources } });

/** What published clients trip over, each by the number that the wire contract gives it. */
describe("traps of published clients", () => {
  let server: TestServer;
  let ended: string;
  beforeAll(async () => {
    server = await startTestServer();
    const job = await server.submit(text({ good: { input: "four" }, bad: { other: "x" } }));
    ended = job.jobIdentifier;
    await server.waitForEnd(ended);
  });
  afterAll(() => server?.close());

  const get = async (path: string): Promise<any> => {
    const { status, body } = await server.call("GET", path);
    expect(status).toBe(200);
    return body;
  };
  const open = async (): Promise<string> => (await server.submit({ model: noOp })).jobIdentifier;
  const append = (job: string, place: string, parts: string, headers: Record<string, string> = {}) =>
    server.call("POST", `/jobs/${job}/${place}`, parts, {
      "content-type": "multipart/form-data; boundary=b",
      ...headers,
    });
  const part = (disposition: string, body: string, contentType = "") =>
    `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${contentType}\r\n${body}\r\n--b--\r\n`;
  const sizes = async (job: string) =>
    Object.fromEntries(
      Object.entries((await server.results(job)).results).map(([name, result]) => [
        name,
        (result["results.json"] as { sizeBytes: number }).sizeBytes,
      ]),
    );

  it("T1: dates have milliseconds and +00:00; metrics have days", async () => {
    const job = await get(`/jobs/${ended}`);
    for (const date of [job.createdAt, job.updatedAt, job.submittedAt]) expect(date).toMatch(wireDate);
    const { results } = await server.results(ended);
    for (const date of [results["good"]?.startTime, results["good"]?.endTime]) expect(date).toMatch(wireDate);
    for (const { date } of (await get("/metrics/predictions-made")).recent) expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it("T2: jobInputs is an object of names in receipts and a list of objects in details", async () => {
    const receipt = await server.submit(text({ a: { input: "x" } }));
    expect(receipt.jobInputs).toEqual({ identifier: ["a"] });
    expect((await get(`/jobs/${receipt.jobIdentifier}`)).jobInputs).toEqual([{ identifier: "a" }]);
    expect((await get("/jobs/history?per-page=1"))[0].jobInputs).toEqual([{ identifier: "a" }]);
  });

  it.each(["GET", "DELETE"])("T3: %s accepts a JSON content type without a body", async (method) => {
    const { status } = await rawCall(`/jobs/${await open()}`, method, { "content-type": "application/json" });
    expect(status).toBe(200);
  });

  it.each([[undefined], ["{}"], [""]])("T4: the body %j closes a job", async (body) => {
    const job = await open();
    await append(job, "a/input", part('name="input"', "x"));
    expect((await server.call("POST", `/jobs/${job}/close`, body)).status).toBe(200);
    expect((await server.waitForEnd(job)).completed).toBe(1);
  });

  it("T5, T6: an append accepts multipart/mixed, with any file name, from the part named input", async () => {
    const job = await open();
    const mixed = { "content-type": "multipart/mixed; boundary=b", accept: "multipart/form-data" };
    const other = `--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nnot this\r\n`;
    expect((await append(job, "a/input", other + part('name="input"; filename="input"', "four"), mixed)).status).toBe(
      204,
    );
    const typed = part('name="input"; filename="x.png"', "seven..", "Content-Type: image/png\r\n");
    expect((await append(job, "b/input", typed)).status).toBe(204);
    await server.call("POST", `/jobs/${job}/close`);
    await server.waitForEnd(job);
    expect(await sizes(job)).toEqual({ a: 4, b: 7 });
  });

  it("T7, T8: the chunk size is a string, the counts are integers, and smaller chunks are accepted", async () => {
    const features = await get("/jobs/features");
    expect(features.inputChunkMaximumSize).toBe("1Mi");
    expect([features.maximumInputChunks, features.maximumInputsPerJob].every(Number.isInteger)).toBe(true);
    const job = await open();
    const { status } = await append(job, "a/input", part('name="input"', "x".repeat(2 ** 20 + 1_000)));
    expect(status).toBe(204);
  });

  it("T9: the routes that the Python client's constructor calls exist, with memory in G", async () => {
    await get("/models");
    for (const { memoryAmount } of await get("/models/requirements/account")) expect(memoryAmount).toMatch(/^\d+Gi?$/);
  });

  it("T10: /models outside of /api does not exist, so the Python client uses /api", async () => {
    const response = await fetch(`${server.url}/models`, { headers: { authorization: `ApiKey ${server.apiKey}` } });
    expect(response.status).toBe(404);
  });

  it("T11: a success has a JSON or empty body", async () => {
    const job = await open();
    const { status, body } = await append(job, "a/input", part('name="input"', "x"));
    expect([status, body]).toEqual([204, ""]);
    const headers = (await server.call("GET", `/jobs/${job}`)).headers;
    expect(headers.get("content-type")).toMatch(/^application\/json/);
  });

  it("T12: an empty body with a JSON content type is an empty object for any POST or PATCH", async () => {
    expect((await server.call("PATCH", versionPath, "")).status).toBe(200);
    const refused = await server.call("POST", "/jobs", "");
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining("model")]);
  });

  it("T13: flags, directions and statuses are case-insensitive", async () => {
    expect((await get("/models?isActive=True")).length).toBeGreaterThan(0);
    expect(await get("/models?isActive=FALSE")).toEqual([]);
    expect((await get("/jobs/history?status=Completed&direction=desc&sort-by=createdAt")).length).toBeGreaterThan(0);
  });

  it("T14: rejects an end without a start and a start in the future; accepts an end of now", async () => {
    const now = new Date().toISOString();
    expect((await server.call("GET", `/jobs/history?endDate=${now}`)).status).toBe(400);
    expect((await server.call("GET", "/jobs/history?startDate=2999-01-01")).status).toBe(400);
    await get(`/jobs/history?startDate=2020-01-01&endDate=${now}`);
  });

  it("T15: the exact name is the first hit", async () => {
    const [{ modelId }] = await get("/models?name=Sentiment%20Analysis&per-page=1");
    expect(modelId).toBe(sentiment.identifier);
  });

  it("T16: results and failures are always objects", async () => {
    const body = await server.results((await server.submit({ model: noOp })).jobIdentifier);
    expect([body.results, body.failures]).toEqual([{}, {}]);
  });

  it("T17: a team has only its identifier, a tag look-up only two lists, job bodies no input", async () => {
    expect(Object.keys((await server.results(ended)).team)).toEqual(["identifier"]);
    expect(Object.keys(await get("/models/tags/text")).toSorted()).toEqual(["models", "tags"]);
    expect(await get(`/jobs/${ended}`)).not.toHaveProperty("input");
  });

  it("T18: a job whose inputs all fail is COMPLETED", async () => {
    const { jobIdentifier } = await server.submit(text({ a: { wrong: "x" } }));
    expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED", failed: 1, completed: 0 });
  });

  it("T19: the first response says why a submission is rejected, because clients resend it", async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { status, body } = await server.call("POST", "/jobs", text({}));
      expect([status, body.message]).toEqual([400, expect.stringContaining("input.sources is empty")]);
    }
  });

  it("T20: rejects a flat source and shows the expected form", async () => {
    const sources = { "input.txt": { bucket: "b", key: "k" } };
    const { status, body } = await server.call("POST", "/jobs", { model: noOp, input: { type: "aws-s3", sources } });
    expect([status, body.message]).toEqual([400, expect.stringContaining("one level deeper")]);
  });

  it("T21: versions have three numbers", async () => {
    for (const { latestVersion, versions } of await get("/models"))
      for (const version of [latestVersion, ...versions]) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const { status } = await server.call("POST", `/models/${noOp.identifier}/versions`, { version: "1.0.0-beta" });
    expect(status).toBe(400);
  });

  it("T22: times and counts are integers", async () => {
    const job = await get(`/jobs/${ended}`);
    const { results, ...summary } = await server.results(ended);
    for (const number of [
      job.elapsedTime,
      job.queueTime,
      job.total,
      summary.elapsedTime,
      summary.initialQueueTime,
      summary.totalQueueTime,
      summary.inputSize,
      results["good"]?.elapsedTime,
      results["good"]?.queueTime,
      results["good"]?.inputFetching,
    ])
      expect(Number.isInteger(number), String(number)).toBe(true);
  });

  it("T23: samples, schemas and media types are strings", async () => {
    const version = await get(versionPath);
    for (const field of ["sampleInput", "sampleOutput", "inputValidationSchema"])
      expect(typeof version[field], field).toBe("string");
    expect(typeof version.inputs[0].acceptedMediaTypes).toBe("string");
  });

  it("T24: both time-outs of a version are positive numbers", async () => {
    const { timeout } = await get(versionPath);
    expect([timeout.run > 0, timeout.status > 0]).toEqual([true, true]);
  });

  it("T25: a job has its model's identifier, version and name", async () => {
    const expected = { ...noOp, name: expect.stringMatching(/./) };
    expect((await get(`/jobs/${ended}`)).model).toEqual(expected);
    for (const job of await get("/jobs/history")) expect(job.model).toEqual(expected);
  });

  it("T26: the licence's engines are a string", async () => {
    expect(typeof (await get("/license")).processingEngines).toBe("string");
  });

  it("T27: a new project has a key", async () => {
    const { status, body } = await server.call("POST", "/accounting/projects", { name: "Traps" });
    expect(status).toBe(201);
    const project = await get(`/accounting/projects/${body.identifier}`);
    expect(project.accessKeys.length).toBeGreaterThan(0);
  });

  it("T28: a job is no longer OPEN when the close returns", async () => {
    const job = await open();
    await append(job, "a/input", part('name="input"', "x"));
    expect((await server.call("POST", `/jobs/${job}/close`)).body.status).not.toBe("OPEN");
    expect((await get(`/jobs/${job}`)).status).not.toBe("OPEN");
  });

  it("T29: a cancel returns all details of the CANCELED job", async () => {
    const { status, body } = await server.call("DELETE", `/jobs/${await open()}`);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ status: "CANCELED", total: 0, model: expect.anything() }),
    ]);
  });

  it("T30: an error has its status and its own message", async () => {
    const { status, body } = await server.call("GET", "/models/nosuchmode");
    expect([status, body.statusCode, body.message]).toEqual([404, 404, expect.stringContaining("nosuchmode")]);
  });

  it("T31: a read returns at once while the job runs", async () => {
    const job = await open();
    expect((await get(`/jobs/${job}`)).status).toBe("OPEN");
    expect((await server.results(job)).finished).toBe(false);
  });

  it.each(["/jobs", "/results/x", "/models", "/accounting/users"])(
    "T32: %s answers a browser's preflight",
    async (path) => {
      const { status, headers } = await rawCall(path, "OPTIONS", {
        origin: "https://example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      });
      expect(status).toBe(204);
      expect(headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
      expect(headers.get("access-control-allow-origin")).toMatch(/^(\*|https:\/\/example\.org)$/);
    },
  );

  it("T33: accepts a slash and other characters in the name of an input, and no slash in that of a file", async () => {
    expect((await server.call("POST", "/jobs", text({ a: { "in/put": "x" } }))).status).toBe(400);
    const name = "grüß dich, 100 %";
    const { jobIdentifier } = await server.submit(text({ [name]: { input: "four" } }));
    await server.waitForEnd(jobIdentifier);
    const { body } = await server.call("GET", `/results/${jobIdentifier}/${encodeURIComponent(name)}`);
    expect(JSON.stringify(body)).toContain('"sizeBytes":4');
  });

  it("T34: an input named like a result field keeps its result", async () => {
    const names = ["status", "data", "results.json", "error"];
    const { jobIdentifier } = await server.submit(
      text(Object.fromEntries(names.map((name) => [name, { input: name }]))),
    );
    await server.waitForEnd(jobIdentifier);
    expect(await sizes(jobIdentifier)).toEqual(Object.fromEntries(names.map((name) => [name, name.length])));
  });

  it("T35: unknown tags find nothing", async () => {
    expect(await get("/models/tags/nothing,neither")).toEqual({ tags: [], models: [] });
  });

  it("T36: /api/api is /api", async () => {
    expect(await get("/api/jobs/features")).toEqual(await get("/jobs/features"));
  });

  it("T37: accepts every form of version update that clients send", async () => {
    for (const body of [
      { processing: { minimumParallelCapacity: 0, maximumParallelCapacity: 1 } },
      { ModelID: noOp.identifier, Version: noOp.version, minimumParallelCapacity: 0, maximumParallelCapacity: 2 },
      { longDescription: "Counts bytes.", technicalDetails: null, inputs: null, outputs: null },
      { status: "active" },
    ]) {
      const { status, body: answer } = await server.call("PATCH", versionPath, body);
      expect(status, JSON.stringify(answer)).toBe(200);
    }
    const version = await get(versionPath);
    expect([version.processing.maximumParallelCapacity, version.longDescription]).toEqual([2, "Counts bytes."]);
  });

  it("T38: polls of a deployment have a percentage and a whole result", async () => {
    const model = (await server.call("POST", "/models", { name: "Traps", version: "0.0.1" })).body;
    const place = `/models/${model.identifier}/versions/0.0.1`;
    const image = { registry: { url: `millrace/${noOp.identifier}:${noOp.version}` } };
    expect((await server.call("POST", `${place}/container-image`, image)).status).toBe(200);
    expect(Number.isInteger((await get(`${place}/container-image`)).percentage)).toBe(true);
    expect((await server.call("POST", `${place}/load-process`)).status).toBe(200);
    const file = { "content-type": "multipart/form-data; boundary=b" };
    await server.call("POST", `${place}/testInput?name=input`, part('name="file"; filename="x"', "x"), file);
    expect((await server.call("POST", `${place}/run-process`)).status).toBe(200);
    expect(await get(`${place}/run-process`)).toMatchObject({
      percentage: expect.any(Number),
      result: expect.any(Object),
    });
  });

  it("T39: old and new client methods send the same requests", async () => {
    const one = await server.submit({ ...text({ job: { input: "x" } }), explain: false });
    expect(one).toMatchObject({ totalInputs: 1, jobInputs: { identifier: ["job"] } });
  });

  it("T40: accepts explain and timeout as strings", async () => {
    const receipt = await server.submit({ ...text({ a: { input: "x" } }), explain: "true", timeout: "60000" });
    expect(receipt).toMatchObject({ explain: true, timeout: 60_000 });
    const { status, body } = await server.call("POST", "/jobs", { ...text({ a: { input: "x" } }), explain: "perhaps" });
    expect([status, body.message]).toEqual([400, expect.stringContaining("explain")]);
  });

  it("no reading route shows one account data of another", async () => {
    const mark = `secret${randomBytes(6).toString("hex")}`;
    const own = await server.submit(text({ [mark]: { input: mark } }));
    await server.waitForEnd(own.jobIdentifier);
    const project = (await server.call("POST", "/accounting/projects", { name: mark })).body;
    await server.call("POST", "/accounting/teams", { name: mark });
    const other = (await server.call("POST", "/accounting/accounts", { name: "Other", email: "b@c.example" })).body;
    const asOther = { authorization: `ApiKey ${JSON.stringify(other).match(/[\w-]+\.[\w-]{20,}/)?.[0]}` };
    const { body: document } = await server.call("GET", "/openapi.json");
    const values: Record<string, string> = {
      job: own.jobIdentifier,
      input: mark,
      output: "results.json",
      dataItem: "input",
      model: noOp.identifier,
      version: noOp.version,
      project: project.identifier,
      accessKey: "test",
      account: own.accountIdentifier,
      prefix: "test",
    };
    let read = 0;
    for (const [path, operations] of Object.entries<Record<string, unknown>>(document.paths)) {
      if (operations["get"] === undefined || path === "/api/health") continue;
      const filled = path.slice(4).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? "x"));
      const answer = await server.call("GET", filled, undefined, asOther);
      expect(answer.status, filled).not.toBe(401);
      const told = JSON.stringify(answer.body).replaceAll(filled, "");
      if (answer.status === 200) expect(told, filled).not.toContain(mark);
      if (answer.status === 200) expect(told, filled).not.toContain(own.jobIdentifier);
      read += 1;
    }
    expect(read).toBeGreaterThan(35);
  });

  async function rawCall(path: string, method: string, headers: Record<string, string>) {
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { authorization: `ApiKey ${server.apiKey}`, ...headers },
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }
});
