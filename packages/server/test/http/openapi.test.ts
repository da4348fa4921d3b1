import { inputSources, inputSourceTypes, type InputOfType, type InputSourceType } from "@millrace/contract";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

interface Content {
  readonly content?: Record<string, { readonly schema: object; readonly example?: unknown }>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly example?: unknown }[];
  readonly requestBody?: Content;
  readonly responses: Record<string, Content>;
}
interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

const s3 = { accessKeyID: "a", secretAccessKey: "b", sessionToken: "c", region: "us-east-1" };
const object = { a: { input: { bucket: "b", key: "k" } } };
const inputs: { readonly [Type in InputSourceType]: InputOfType[Type] } = {
  text: { type: "text", sources: { a: { input: "x" } } },
  embedded: { type: "embedded", sources: { a: { input: "data:,x" } } },
  "aws-s3": { type: "aws-s3", ...s3, sources: object },
  "aws-s3-folder": { type: "aws-s3-folder", ...s3, sources: object },
  "storage-grid": { type: "storage-grid", ...s3, endpoint: "http://127.0.0.1:9", sources: object },
  azureblob: {
    type: "azureblob",
    storageAccount: "account",
    storageAccountKey: "a2V5",
    sources: { a: { input: { container: "c", filePath: "f" } } },
  },
  jdbc: {
    type: "jdbc",
    url: "jdbc:postgresql://127.0.0.1:9/none",
    username: "reader",
    password: "word",
    driver: "org.postgresql.Driver",
    query: "SELECT 1 AS input",
    sources: {},
  },
};

describe("the OpenAPI document", () => {
  let server: TestServer;
  let document: OpenApi;
  let job: string;
  beforeAll(async () => {
    // Nothing listens there: what is submitted here is not fetched.
    const nowhere = "http://127.0.0.1:9";
    server = await startTestServer({ s3Endpoint: nowhere, azureEndpoint: nowhere });
    document = (await server.call<OpenApi>("GET", "/openapi.json")).body;
    const input = { type: "text", sources: { fine: { input: "four" }, wrong: { other: "x" } } };
    job = (await server.submit({ model: noOp, input })).jobIdentifier;
    await server.waitForEnd(job);
  });
  afterAll(() => server?.close());

  it("is OpenAPI 3.1 and has a page", async () => {
    expect(document.openapi).toBe("3.1.0");
    const page = await fetch(`${server.url}/api/docs`);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
  });

  it("has a page that shows neither the name nor the logo of the framework", async () => {
    const page = await (await fetch(`${server.url}/api/docs/`)).text();
    expect(page).toContain("<title>Millrace API</title>");
    expect(page).not.toMatch(/favicon/);
    const start = await (await fetch(`${server.url}/api/docs/static/swagger-initializer.js`)).text();
    expect(start).toContain('"layout":"BaseLayout"');
  });

  it("has no fault that redocly finds", async () => {
    const rules = {
      "operation-operationId": "error",
      "operation-operationId-unique": "error",
      "operation-operationId-url-safe": "error",
      "operation-summary": "error",
      // The published API has them, such as /jobs/history/{job} beside /jobs/{job}/pause.
      "no-ambiguous-paths": "off",
    } as const;
    const config = await createConfig({ extends: ["recommended"], rules, telemetry: "off" });
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: "openapi.json", config });
    expect(problems.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} ${at?.pointer}`)).toEqual([]);
  });

  it("shows an example, which its schema accepts, of every body of JSON and every name in a path", () => {
    const wrong: string[] = [];
    for (const operation of Object.values(document.paths).flatMap((operations) => Object.values(operations))) {
      const { operationId, parameters = [], requestBody } = operation;
      if (parameters.some((parameter) => parameter.in === "path" && typeof parameter.example !== "string"))
        wrong.push(`${operationId}: a name in the path`);
      const media = requestBody?.content?.["application/json"];
      if (media === undefined) continue;
      for (const error of bodyOf(operation).Errors(media.example)) wrong.push(`${operationId}: ${error.message}`);
    }
    expect(wrong).toEqual([]);
  });

  const someJob = "0b6f7e3c-0000-4000-8000-000000000000";
  const submission = { model: noOp, input: { type: "text", sources: { a: { input: "x" } } } };
  const calls: [method: string, template: string, path: (job: string) => string, body?: object][] = [
    ["POST", "/api/jobs", () => "/jobs", submission],
    ["POST", "/api/jobs", () => "/jobs", { ...submission, model: 7 }],
    ["GET", "/api/jobs/features", () => "/jobs/features"],
    ["GET", "/api/jobs/history", () => "/jobs/history"],
    ["GET", "/api/jobs/history", () => "/jobs/history?page=x"],
    ["GET", "/api/jobs/{job}", (job) => `/jobs/${job}`],
    ["GET", "/api/jobs/{job}", () => `/jobs/${someJob}`],
    ["DELETE", "/api/jobs/{job}", (job) => `/jobs/${job}`],
    ["GET", "/api/results/{job}", (job) => `/results/${job}`],
    ["GET", "/api/results/{job}", () => `/results/${someJob}`],
    ["GET", "/api/models", () => "/models"],
    ["GET", "/api/models/latest", () => "/models/latest"],
    ["GET", "/api/models/requirements/account", () => "/models/requirements/account"],
    ["GET", "/api/models/{model}", () => `/models/${noOp.identifier}`],
    ["GET", "/api/models/{model}/versions", () => `/models/${noOp.identifier}/versions`],
    ["GET", "/api/models/{model}/versions/{version}", () => `/models/${noOp.identifier}/versions/1.0.0`],
    ["GET", "/api/models/{model}/versions/{version}", () => `/models/${noOp.identifier}/versions/9.9.9`],
    [
      "GET",
      "/api/models/{model}/versions/{version}/sample-input",
      () => `/models/${noOp.identifier}/versions/1.0.0/sample-input`,
    ],
    [
      "GET",
      "/api/models/{model}/versions/{version}/sample-output",
      () => `/models/${noOp.identifier}/versions/1.0.0/sample-output`,
    ],
    ["GET", "/api/accounting/master-key", () => "/accounting/master-key"],
    ["POST", "/api/accounting/master-key/rotate", () => "/accounting/master-key/rotate"],
    ["GET", "/api/health", () => "/health"],
    ["GET", "/api/resources/processing/engines", () => "/resources/processing/engines"],
    ["GET", "/api/resources/processing/models", () => "/resources/processing/models"],
    ["GET", "/api/models/processing-engines", () => "/models/processing-engines"],
    ["GET", "/api/models/tags", () => "/models/tags"],
    ["GET", "/api/models/tags/count", () => "/models/tags/count"],
    ["GET", "/api/models/tags/{tags}", () => "/models/tags/text,nothing"],
    ["GET", "/api/models/{model}/visibility", () => `/models/${noOp.identifier}/visibility`],
    ["PUT", "/api/models/{model}/visibility", () => `/models/${noOp.identifier}/visibility`, { visibility: "private" }],
    ["GET", "/api/models/{model}/related-models", () => `/models/${noOp.identifier}/related-models`],
    ["POST", "/api/models", () => "/models", { name: "Documented", version: "0.0.1" }],
    ["POST", "/api/models/archive", () => "/models/archive", {}],
    ["DELETE", "/api/models/{model}/versions/{version}", () => `/models/${noOp.identifier}/versions/1.0.0`],
    ["POST", "/api/models/{model}/versions", () => `/models/${noOp.identifier}/versions`, { version: "1.0.0" }],
    ["PATCH", "/api/models/{model}", () => `/models/${noOp.identifier}`, { tags: ["Test"] }],
    ["PATCH", "/api/models/{model}/versions/{version}", () => `/models/${noOp.identifier}/versions/1.0.0`, {}],
    [
      "PATCH",
      "/api/models/{model}/versions/{version}/processing",
      () => `/models/${noOp.identifier}/versions/1.0.0/processing`,
      {},
    ],
    [
      "POST",
      "/api/models/{model}/versions/{version}/container-image",
      () => `/models/${noOp.identifier}/versions/1.0.0/container-image`,
      {},
    ],
    [
      "GET",
      "/api/models/{model}/versions/{version}/container-image",
      () => `/models/${noOp.identifier}/versions/1.0.0/container-image`,
    ],
    [
      "POST",
      "/api/models/{model}/versions/{version}/load-process",
      () => `/models/${noOp.identifier}/versions/1.0.0/load-process`,
    ],
    [
      "POST",
      "/api/models/{model}/versions/{version}/testInput",
      () => `/models/${noOp.identifier}/versions/1.0.0/testInput?name=input`,
      {},
    ],
    [
      "POST",
      "/api/models/{model}/versions/{version}/run-process",
      () => `/models/${noOp.identifier}/versions/1.0.0/run-process`,
    ],
    [
      "GET",
      "/api/models/{model}/versions/{version}/run-process",
      () => `/models/${noOp.identifier}/versions/1.0.0/run-process`,
    ],
    [
      "PUT",
      "/api/models/{model}/versions/{version}/sample-input",
      () => `/models/${noOp.identifier}/versions/1.0.0/sample-input`,
      { a: 1 },
    ],
    [
      "PUT",
      "/api/models/{model}/versions/{version}/sample-output",
      () => `/models/${noOp.identifier}/versions/9.9.9/sample-output`,
      { a: 1 },
    ],
    ["POST", "/api/models/{model}/image", () => `/models/${noOp.identifier}/image`, {}],
    ["GET", "/api/models/{model}/image/{sequence}", () => `/models/${noOp.identifier}/image/7`],
    ["POST", "/api/jobs/{job}/priority", () => `/jobs/${someJob}/priority`, { priority: 1 }],
    ["POST", "/api/jobs/{job}/pause", (job) => `/jobs/${job}/pause`],
    ["POST", "/api/jobs/{job}/resume", (job) => `/jobs/${job}/resume`],
    ["POST", "/api/jobs/{job}/retry", (job) => `/jobs/${job}/retry`],
    ["GET", "/api/jobs/{job}/events", () => `/jobs/${someJob}/events`],
    ["POST", "/api/jobs/{job}/close", (job) => `/jobs/${job}/close`],
    ["POST", "/api/jobs/{job}/close", () => `/jobs/${someJob}/close`],
    ["POST", "/api/jobs/{job}/{input}/{dataItem}", (job) => `/jobs/${job}/a/input`, {}],
    ["GET", "/api/jobs", () => "/jobs"],
    ["DELETE", "/api/jobs", () => "/jobs"],
    ["GET", "/api/jobs/history/{job}", (job) => `/jobs/history/${job}`],
    ["GET", "/api/jobs/statistics", () => "/jobs/statistics"],
    ["GET", "/api/jobs/statistics/{accessKey}", () => "/jobs/statistics/test"],
    ["GET", "/api/jobs/statistics/{accessKey}", () => "/jobs/statistics/nobody"],
    ["GET", "/api/results/{job}/{input}", (job) => `/results/${job}/fine`],
    ["GET", "/api/results/{job}/datasource/{input}", (job) => `/results/${job}/datasource/wrong`],
    ["POST", "/api/results/{job}/upvote/{input}", (job) => `/results/${job}/upvote/fine`],
    ["POST", "/api/results/{job}/downvote/{input}", (job) => `/results/${job}/downvote/fine`],
    ["GET", "/api/results/{job}/vote/{input}", (job) => `/results/${job}/vote/fine`],
    ["GET", "/api/models/all/versions/all", () => "/models/all/versions/all?sort-by=status"],
    ["GET", "/api/models/all/versions/all", () => "/models/all/versions/all?sort-by=nothing"],
    ["GET", "/api/accounting/entitlements", () => "/accounting/entitlements"],
    ["GET", "/api/accounting/users", () => "/accounting/users"],
    ["GET", "/api/accounting/users", () => "/accounting/users?searchDate=never"],
    ["POST", "/api/accounting/users/search", () => "/accounting/users/search", { identifiers: [] }],
    ["PATCH", "/api/accounting/users/{user}", () => "/accounting/users/nobody", {}],
    ["POST", "/api/accounting/projects", () => "/accounting/projects", { name: "Documented" }],
    ["PATCH", "/api/accounting/projects/{project}", () => "/accounting/projects/none", {}],
    ["GET", "/api/accounting/projects", () => "/accounting/projects"],
    ["GET", "/api/accounting/projects/{project}", () => "/accounting/projects/none"],
    ["GET", "/api/accounting/access-keys", () => "/accounting/access-keys"],
    ["POST", "/api/accounting/access-keys", () => "/accounting/access-keys", { name: "Documented" }],
    ["PATCH", "/api/accounting/access-keys/{prefix}", () => "/accounting/access-keys/test", { name: "Test" }],
    ["POST", "/api/accounting/access-keys/{prefix}/rotate", () => "/accounting/access-keys/none/rotate"],
    ["PUT", "/api/accounting/access-keys/{prefix}/roles", () => "/accounting/access-keys/test/roles", []],
    ["GET", "/api/accounting/teams", () => "/accounting/teams"],
    ["POST", "/api/accounting/teams", () => "/accounting/teams", { name: "Documented" }],
    ["GET", "/api/accounting/accounts", () => "/accounting/accounts"],
    ["POST", "/api/accounting/accounts", () => "/accounting/accounts", { name: "Documented", email: "a@b.example" }],
    ["GET", "/api/accounting/accounts/{account}", () => "/accounting/accounts/none"],
    ["POST", "/api/accounting/accounts/{account}/users", () => "/accounting/accounts/none/users", {}],
    ["GET", "/api/license", () => "/license"],
    ["GET", "/api/models/{model}/versions/{version}/drift", () => `/models/${noOp.identifier}/versions/1.0.0/drift`],
    ["GET", "/api/metrics/data-processed", () => "/metrics/data-processed"],
    ["GET", "/api/metrics/predictions-made", () => "/metrics/predictions-made?begin-date=x"],
    ["GET", "/api/metrics/predictions-made", () => "/metrics/predictions-made"],
    ["GET", "/api/metrics/active-users", () => "/metrics/active-users"],
    ["GET", "/api/metrics/active-models", () => "/metrics/active-models"],
    ["GET", "/api/metrics/prometheus/{metric}", () => "/metrics/prometheus/cpu-used"],
    ["GET", "/api/notifications/alerts", () => "/notifications/alerts"],
    ["GET", "/api/notifications/alerts/{type}", () => "/notifications/alerts/JOB_STUCK"],
    ["GET", "/api/accounting/accounts/{account}/limits", () => "/accounting/accounts/none/limits"],
    ["PUT", "/api/accounting/accounts/{account}/limits", () => "/accounting/accounts/none/limits", {}],
    ["GET", "/api/accounting/teams/{team}/limits", () => "/accounting/teams/none/limits"],
    ["PUT", "/api/accounting/teams/{team}/limits", () => "/accounting/teams/none/limits", {}],
    ["GET", "/api/accounting/access-keys/{prefix}/limits", () => "/accounting/access-keys/test/limits"],
    [
      "PUT",
      "/api/accounting/access-keys/{prefix}/limits",
      () => "/accounting/access-keys/test/limits",
      { inputsPerDay: 1_000_000, concurrentJobs: null },
    ],
    ["GET", "/api/audit", () => "/audit"],
    ["GET", "/api/audit", () => "/audit?before=x"],
    ["GET", "/api/webhooks", () => "/webhooks"],
    ["POST", "/api/webhooks", () => "/webhooks", { url: "http://127.0.0.1:9/documented" }],
    ["GET", "/api/webhooks/{webhook}", () => "/webhooks/none"],
    ["PATCH", "/api/webhooks/{webhook}", () => "/webhooks/none", { status: "Active" }],
    ["DELETE", "/api/webhooks/{webhook}", () => "/webhooks/none"],
    ["POST", "/api/webhooks/{webhook}/rotate", () => "/webhooks/none/rotate"],
    ["POST", "/api/webhooks/{webhook}/test", () => "/webhooks/none/test"],
    ["GET", "/api/webhooks/{webhook}/deliveries", () => "/webhooks/none/deliveries"],
    ["DELETE", "/api/results/{job}/vote/{input}", (job) => `/results/${job}/vote/nobody`],
  ];

  it.each(calls)("%s %s responds as documented", async (method, template, path, body) => {
    const answer = await server.call(method, path(job), body);
    const operation = document.paths[template]?.[method.toLowerCase()];
    const response = operation?.responses[String(answer.status)];
    expect(response, `${template} documents ${answer.status}`).toBeDefined();
    const schema = response?.content?.["application/json"]?.schema ?? {};
    const validator = Compile(closed(schema));
    expect(validator.Errors(answer.body)).toEqual([]);
    if (answer.status < 300 && body !== undefined && operation?.requestBody !== undefined)
      expect(bodyOf(operation).Errors(body)).toEqual([]);
  });

  const post = (template: string) => bodyOf(document.paths[template]?.["post"]);

  it.each(inputSourceTypes)("documents the body of a submission of type %s", async (type) => {
    const input = inputs[type];
    const whole = { model: noOp, input };
    expect((await server.call("POST", "/jobs", whole)).status).toBe(201);
    expect(post("/api/jobs").Errors(whole)).toEqual([]);
    for (const field of inputSources[type].schema.required ?? []) {
      const broken = { model: noOp, input: { ...input, [field]: undefined } };
      expect((await server.call("POST", "/jobs", broken)).status).toBe(400);
      expect(post("/api/jobs").Check(JSON.parse(JSON.stringify(broken))), `without ${field}`).toBe(false);
    }
  });

  it("documents the credentials that a retry needs for each type whose data is not stored", () => {
    const types = inputSourceTypes.filter((type) => !inputSources[type].isStored);
    expect(types).toContain("azureblob");
    for (const type of types) {
      const { type: _type, sources: _sources, ...access } = inputs[type];
      expect(post("/api/jobs/{job}/retry").Errors({ input: access })).toEqual([]);
    }
    expect(post("/api/jobs/{job}/retry").Check({ input: { username: "not needed" } })).toBe(false);
  });

  it("tests every documented route except output bytes", () => {
    const tested = new Set(calls.map(([method, template]) => `${method} ${template}`));
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const missing = documented.filter((route) => !tested.has(route) && !route.includes("{output}"));
    expect(missing).toEqual([]);
  });

  it("documents the body of every route that has one", () => {
    const bodiless = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([method, { requestBody }]) => ["post", "put", "patch"].includes(method) && requestBody === undefined)
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect(bodiless.toSorted()).toEqual([
      "POST /api/accounting/access-keys/{prefix}/rotate",
      "POST /api/accounting/master-key/rotate",
      "POST /api/jobs/{job}/close",
      "POST /api/jobs/{job}/pause",
      "POST /api/jobs/{job}/resume",
      "POST /api/models/{model}/versions/{version}/load-process",
      "POST /api/models/{model}/versions/{version}/run-process",
      "POST /api/results/{job}/downvote/{input}",
      "POST /api/results/{job}/upvote/{input}",
      "POST /api/webhooks/{webhook}/rotate",
      "POST /api/webhooks/{webhook}/test",
    ]);
  });

  it("describes every pattern in words, for use in error messages", () => {
    const wordless: string[] = [];
    const walk = (node: unknown, place: string, above?: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      const { pattern, description } = node as { pattern?: unknown; description?: unknown };
      if (typeof pattern === "string" && (description ?? above) === undefined) wordless.push(place);
      // A parameter's description stands beside its schema.
      for (const [key, child] of Object.entries(node))
        walk(child, `${place}/${key}`, key === "schema" ? description : undefined);
    };
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, { parameters, requestBody }] of Object.entries(operations as Record<string, any>))
        walk([parameters, requestBody], `${method} ${path}`);
    expect(wordless).toEqual([]);
  });

  it("no date on the wire ends in Z or has no offset", async () => {
    const paths = [
      `/jobs/${job}`,
      `/results/${job}`,
      "/jobs/history",
      "/models/latest",
      `/models/${noOp.identifier}/versions/1.0.0`,
    ];
    for (const path of paths) {
      const text = JSON.stringify((await server.call("GET", path)).body);
      const dates = text.match(/(?<!\\)"\d{4}-\d{2}-\d{2}T[^"]*"/g) ?? [];
      expect(dates.length).toBeGreaterThan(0);
      for (const date of dates) expect(date).toMatch(/^"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+00:00"$/);
    }
  });
});

/** Checks what an operation documents of its body, refusing fields that it does not name. */
function bodyOf(operation: Operation | undefined) {
  const schema = operation?.requestBody?.content?.["application/json"]?.schema;
  if (schema === undefined) throw new Error("The operation documents no body.");
  return Compile(closed(schema));
}

/** The same schema, refusing every field that it does not name. */
function closed(schema: object): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closedValue(value)]),
  );
  const isOpen = "additionalProperties" in copy || "patternProperties" in copy;
  return copy["type"] === "object" && "properties" in copy && !isOpen ? { ...copy, additionalProperties: false } : copy;
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return typeof value === "object" && value !== null ? closed(value) : value;
}
