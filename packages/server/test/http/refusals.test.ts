import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { requestErrorCodes, requestErrors } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, s3Input, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

const input = { type: "text", sources: { a: { input: "x" } } };
const someJob = "0b6f7e3c-0000-4000-8000-000000000000";

type Refusal = [
  name: string,
  status: number,
  words: string[],
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
];

const refusals: Refusal[] = [
  [
    "an unknown filter of jobs",
    400,
    ["modelId is not a known query parameter", "Did you mean model?"],
    "GET",
    "/jobs/history?modelId=x",
  ],
  ["an unknown filter of models", 400, ["Did you mean author?"], "GET", "/models?auther=x"],
  [
    "an unknown filter of versions",
    400,
    ["Did you mean status?"],
    "GET",
    `/models/${noOp.identifier}/versions?state=active`,
  ],
  [
    "an unknown filter of metrics",
    400,
    ["Did you mean begin-date?"],
    "GET",
    "/metrics/data-processed?begindate=2026-01-01",
  ],
  ["an unknown option of a wait", 400, ["Did you mean wait?"], "GET", `/jobs/${someJob}?waits=1`],
  ["an unknown field of a retry", 400, ["Did you mean input?"], "POST", `/jobs/${someJob}/retry`, { inputs: {} }],
  [
    "an unknown field of a priority",
    400,
    ["prioritiy", "Did you mean priority?"],
    "POST",
    `/jobs/${someJob}/priority`,
    { prioritiy: 1 },
  ],
  [
    "an unknown field of a new model",
    400,
    ["Did you mean name?"],
    "POST",
    "/models",
    { name: "a", version: "1.0.0", nam: "b" },
  ],
  [
    "an unknown field of a version",
    400,
    ["longDescripton", "Did you mean longDescription?"],
    "PATCH",
    `/models/${noOp.identifier}/versions/${noOp.version}`,
    { longDescripton: "x", processing: { minimumParallelCapacity: 0, maximumParallelCapacity: 1 } },
  ],
  [
    "an unknown model",
    404,
    ["model.identifier", '"nosuchmode"'],
    "POST",
    "/jobs",
    { model: { identifier: "nosuchmode", version: "1.0.0" }, input },
  ],
  [
    "an unknown version",
    404,
    ["model.version", '"9.9.9"', "0.0.27"],
    "POST",
    "/jobs",
    { model: { ...sentiment, version: "9.9.9" }, input },
  ],
  [
    "a SQL fragment as a model",
    404,
    ["model.identifier"],
    "POST",
    "/jobs",
    { model: { identifier: "' OR 1=1 --", version: "1" }, input },
  ],
  ["a NUL in a model", 400, ["NUL"], "POST", "/jobs", { model: { identifier: "a\u0000b", version: "1" }, input }],
  [
    "empty sources",
    400,
    ["input.sources is empty"],
    "POST",
    "/jobs",
    { model: noOp, input: { type: "text", sources: {} } },
  ],
  [
    "a storage account that cannot be one",
    400,
    ["input.storageAccount", "3 to 24 lower-case letters and digits"],
    "POST",
    "/jobs",
    {
      model: noOp,
      input: {
        type: "azureblob",
        storageAccount: "Not An Account",
        storageAccountKey: "a2V5",
        sources: { a: { input: { container: "c", filePath: "f" } } },
      },
    },
  ],
  [
    "a key longer than any",
    400,
    ["input.sources.a.input.key", "at most 1025 characters"],
    "POST",
    "/jobs",
    { model: noOp, input: s3Input({ a: { input: { bucket: "b", key: "k".repeat(2_000) } } }) },
  ],
  [
    "a data item with a slash",
    400,
    ['"a/b"'],
    "POST",
    "/jobs",
    { model: noOp, input: { type: "text", sources: { a: { "a/b": "x" } } } },
  ],
  [
    "half of the credentials",
    400,
    ["input.secretAccessKey is missing"],
    "POST",
    "/jobs",
    { model: noOp, input: s3Input({ a: { input: { bucket: "b", key: "k" } } }, "") },
  ],
  ["no body", 400, ["The body", "nothing"], "POST", "/jobs"],
  ["malformed JSON", 400, ["not valid JSON"], "POST", "/jobs", '{"secretAccessKey": "hush-hush", '],
  [
    "another content type",
    415,
    ["application/json", "text/xml"],
    "POST",
    "/jobs",
    "<a/>",
    { "content-type": "text/xml" },
  ],
  ["a body that is too large", 413, ["too large"], "POST", "/jobs", "x".repeat(300_000)],
  ["a job that is no UUID", 404, ['"nonsense"'], "GET", "/jobs/nonsense"],
  ["an unknown job", 404, [someJob], "GET", `/jobs/${someJob}`],
  ["the results of an unknown job", 404, [someJob], "GET", `/results/${someJob}`],
  ["cancelling an unknown job", 404, [someJob], "DELETE", `/jobs/${someJob}`],
  ["an unknown route", 404, ["GET /api/nothing"], "GET", "/nothing"],
  ["a page that is no number", 400, ["page", '"one"'], "GET", "/jobs/history?page=one"],
  ["a page sent twice", 400, ["page", "an array of 2"], "GET", "/jobs/history?page=1&page=2"],
  ["no page size at all", 400, ["per-page"], "GET", "/jobs/history?per-page=0"],
  ["a sort field that is a column only", 400, ["sort-by", "createdAt"], "GET", "/jobs/history?sort-by=secret_sha256"],
  ["a sort field of Object.prototype", 400, ["sort-by"], "GET", "/models?sort-by=constructor"],
  ["a direction that is none", 400, ["direction", '"up"'], "GET", "/jobs/history?direction=up"],
  ["a date that is none", 400, ["startDate", '"yesterday"'], "GET", "/jobs/history?startDate=yesterday"],
  ["an end without a start", 400, ["startDate"], "GET", "/jobs/history?endDate=2026-01-01"],
  ["a start in the future", 400, ["future"], "GET", "/jobs/history?startDate=2999-01-01"],
  ["a status that is none", 400, ["status", '"DONE"', "COMPLETED"], "GET", "/jobs/history?status=DONE"],
  ["a flag that is none", 400, ["isActive", '"yes"'], "GET", "/models?isActive=yes"],
  ["an unknown model's details", 404, ['"nosuchmode"'], "GET", "/models/nosuchmode"],
  ["an unknown version's details", 404, ['"9.9.9"'], "GET", `/models/${noOp.identifier}/versions/9.9.9`],
  ["broken percent-encoding", 400, [], "GET", "/jobs/%E0%A4%A"],
  ["no key", 401, ["No API key"], "GET", "/models", undefined, { authorization: "" }],
  ["a key without a secret", 401, ["not an API key"], "GET", "/models", undefined, { authorization: "ApiKey test" }],
  [
    "a wrong secret",
    401,
    ["Unknown API key"],
    "GET",
    "/models",
    undefined,
    { authorization: "ApiKey test.wrong-secret" },
  ],
  [
    "an unknown prefix",
    401,
    ["Unknown API key"],
    "GET",
    "/models",
    undefined,
    { authorization: "ApiKey nobody.wrong-secret" },
  ],
  ["a NUL in the key", 401, [], "GET", "/models", undefined, { authorization: "ApiKey a%00b.c" }],
];

describe("requests that the API rejects", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ clientLimits: { submissionBytes: 200_000 } });
  });
  afterAll(() => server?.close());

  it.each(refusals)("%s: %i", async (_name, status, words, method, path, body, headers) => {
    const answer = await server.call(method, path, body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      statusCode: status,
      status: expect.any(String),
      code: requestErrorCodes.find((code) => requestErrors[code].statusCode === status),
      requestId: answer.headers.get("x-request-id"),
      reportErrorUrl: expect.any(String),
    });
    expect(answer.body.message).toMatch(/\S/);
    for (const word of words) expect(answer.body.message).toContain(word);
    // No regular expression is shown to a person.
    expect(answer.body.message).not.toMatch(/\^[[(\\]|\\d/);
    expect(JSON.stringify(answer.body)).not.toMatch(/hush-hush|wrong-secret|\bat .*\.js/);
  });

  it("uses a caller's request id if it is short and safe, and generates one otherwise", async () => {
    const idOf = async (sent: string) => {
      const { body } = await server.call("GET", "/nothing", undefined, { "x-request-id": sent });
      return body.requestId as string;
    };
    expect(await idOf("my-trace_1.2")).toBe("my-trace_1.2");
    for (const unsafe of ["with blanks", "x".repeat(65), '{"a":1}'])
      expect(await idOf(unsafe)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ["malformed HTTP", "NOT HTTP\r\n\r\n", 400, "invalid_request"],
    [
      "headers that are too large",
      `GET /api HTTP/1.1\r\nx-big: ${"x".repeat(100_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
  ])("returns a regular error body for %s", async (_name, sent, statusCode, code) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(sent);
    const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
    expect(head).toMatch(`HTTP/1.1 ${statusCode} `);
    const requestId = /^x-request-id: (.+)$/m.exec(head)?.[1]?.trim();
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(body)).toMatchObject({ statusCode, code, requestId, message: expect.any(String) });
  });

  it("rejects a version that is not released", async () => {
    const { Client } = (await import("pg")).default;
    const database = new Client(server.databaseUrl);
    await database.connect();
    await database.query(
      "UPDATE millrace.model_versions SET status = 'inactive' WHERE model_identifier = $1 AND version = '1.0.1'",
      [sentiment.identifier],
    );
    await database.end();
    const { status, body } = await server.call("POST", "/jobs", { model: { ...sentiment, version: "1.0.1" }, input });
    expect([status, body.message]).toEqual([409, expect.stringContaining("inactive")]);
  });
});
