import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ClassificationOutput } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

describe("open jobs", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  const open = async (model = noOp): Promise<string> => (await server.submit({ model })).jobIdentifier;

  const append = async (
    job: string,
    input: string,
    item: string,
    bytes: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => {
    const form = new FormData();
    form.append("input", new Blob([bytes]), "input");
    const encoded = new Request("http://x", { method: "POST", body: form });
    const body = Buffer.from(await encoded.arrayBuffer());
    const response = await fetch(`${server.url}/api/jobs/${job}/${input}/${item}`, {
      method: "POST",
      headers: {
        authorization: `ApiKey ${server.apiKey}`,
        "content-type": encoded.headers.get("content-type") ?? "",
        ...headers,
      },
      body,
    });
    return { status: response.status, text: await response.text() };
  };

  it("a job is OPEN until it is closed, runs inputs uploaded in pieces, and keeps no upload", async () => {
    const receipt = await server.submit({ model: sentiment, explain: true, hoursDeleteInput: 0 });
    expect(receipt).toMatchObject({ status: "OPEN", totalInputs: 0, submittedAt: null });
    const job = receipt.jobIdentifier;
    expect((await server.call("GET", `/jobs/${job}`)).body.status).toBe("OPEN");
    for (const piece of ["What a wonder", "ful, lovely ", "day!"])
      expect(await append(job, "my%20input", "input.txt", piece)).toEqual({ status: 204, text: "" });
    await append(job, "second", "input.txt", "An awful, terrible mess.");
    const closed = await server.call("POST", `/jobs/${job}/close`, "", { "content-type": "application/json" });
    expect(closed.status).toBe(200);
    expect(closed.body).toMatchObject({
      status: "SUBMITTED",
      totalInputs: 2,
      jobInputs: { identifier: ["my input", "second"] },
    });
    expect(await server.waitForEnd(job)).toMatchObject({ status: "COMPLETED", completed: 2 });
    const { results, inputSize } = await server.results(job);
    const best = (name: string) =>
      (results[name]?.["results.json"] as ClassificationOutput | undefined)?.data.result.classPredictions[0]?.class;
    expect([best("my input"), best("second")]).toEqual(["positive", "negative"]);
    expect(inputSize).toBe("What a wonderful, lovely day!An awful, terrible mess.".length);
    await expect.poll(() => readdir(join(server.dataDirectory, "blobs", "uploads")).catch(() => [])).toEqual([]);
  });

  it("accepts pieces of a megabyte, multipart/mixed bodies and names in any script", async () => {
    const job = await open();
    const piece = new Uint8Array(2 ** 20).fill(7);
    for (let count = 0; count < 3; count += 1)
      expect((await append(job, encodeURIComponent("größe 日本"), "input", piece)).status).toBe(204);
    const body =
      '--b\r\nContent-Disposition: form-data; name="input"; filename="x.bin"\r\nContent-Type: application/octet-stream\r\n\r\nabc\r\n--b--\r\n';
    const mixed = await server.call("POST", `/jobs/${job}/java/input`, body, {
      "content-type": "multipart/mixed; boundary=b",
      accept: "multipart/form-data",
    });
    expect(mixed.status).toBe(204);
    await server.call("POST", `/jobs/${job}/close`, {});
    await server.waitForEnd(job);
    const { results } = await server.results(job);
    expect(results["größe 日本"]?.["results.json"]).toEqual({ sizeBytes: 3 * 2 ** 20 });
    expect(results["java"]?.["results.json"]).toEqual({ sizeBytes: 3 });
  });

  it("can be cancelled while it is open", async () => {
    const job = await open();
    await append(job, "a", "input", "x");
    expect((await server.call("DELETE", `/jobs/${job}`)).body.status).toBe("CANCELED");
    const late = await append(job, "a", "input", "y");
    expect([late.status, JSON.parse(late.text).message]).toEqual([409, expect.stringContaining("CANCELED")]);
    expect((await server.call("POST", `/jobs/${job}/close`)).status).toBe(409);
  });

  it("a repeated close returns the same job, and a piece after it is rejected", async () => {
    const job = await open();
    await append(job, "a", "input", "x");
    const first = await server.call("POST", `/jobs/${job}/close`);
    const again = await server.call("POST", `/jobs/${job}/close`);
    expect([first.status, again.status, again.body.jobIdentifier]).toEqual([200, 200, job]);
    expect((await append(job, "a", "input", "y")).status).toBe(409);
    await server.waitForEnd(job);
  });

  it("a file too large for the model fails alone", async () => {
    const job = await open(sentiment);
    for (let count = 0; count < 2; count += 1) await append(job, "large", "input.txt", "x".repeat(600_000));
    await append(job, "small", "input.txt", "lovely");
    await server.call("POST", `/jobs/${job}/close`);
    expect(await server.waitForEnd(job)).toMatchObject({ completed: 1, failed: 1 });
    expect((await server.results(job)).failures["large"]?.error).toMatch(/1\.1 MiB; the model accepts at most 977 KiB/);
  });

  it.each<[string, number, RegExp, () => Promise<{ status: number; text: string }>]>([
    [
      "nothing uploaded",
      400,
      /no inputs/,
      async () => toText(await server.call("POST", `/jobs/${await open()}/close`)),
    ],
    [
      "a part of another name",
      400,
      /no part named \\"input\\": found \\"file\\"/,
      async () =>
        toText(
          await server.call(
            "POST",
            `/jobs/${await open()}/a/input`,
            '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
            { "content-type": "multipart/form-data; boundary=b" },
          ),
        ),
    ],
    [
      "a body without a boundary",
      400,
      /boundary/i,
      async () =>
        toText(
          await server.call("POST", `/jobs/${await open()}/a/input`, "x", { "content-type": "multipart/form-data" }),
        ),
    ],
    [
      "a body that ends too early",
      400,
      /damaged|part/,
      async () =>
        toText(
          await server.call(
            "POST",
            `/jobs/${await open()}/a/input`,
            '--b\r\nContent-Disposition: form-data; name="input"\r\n\r\nx',
            { "content-type": "multipart/form-data; boundary=b" },
          ),
        ),
    ],
    [
      "a JSON body",
      400,
      /no part named \\"input\\": found no multipart body/,
      async () => toText(await server.call("POST", `/jobs/${await open()}/a/input`, { input: "x" })),
    ],
    ["an input with a line end", 400, /a control character/, async () => append(await open(), "a%0Ab", "input", "x")],
    ["an unknown job", 404, /There is no job/, () => append("0b6f7e3c-0000-4000-8000-000000000000", "a", "input", "x")],
  ])("rejects %s", async (_name, status, message, call) => {
    const answer = await call();
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(message)]);
  });

  const toText = ({ status, body }: { status: number; body: unknown }) => ({ status, text: JSON.stringify(body) });
});

describe("all jobs at once", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  it("lists summaries, counts them by key, and cancels those that have not ended", async () => {
    const input = { type: "text", sources: { a: { input: "x" } } };
    const done = (await server.submit({ model: noOp, input })).jobIdentifier;
    await server.waitForEnd(done);
    const open = (await server.submit({ model: noOp })).jobIdentifier;
    const { body: list } = await server.call("GET", "/jobs?sort-by=createdAt");
    expect(list).toEqual([
      { jobIdentifier: done, status: "COMPLETED", model: { ...noOp, name: "No-op" } },
      { jobIdentifier: open, status: "OPEN", model: { ...noOp, name: "No-op" } },
    ]);
    const { body: canceled } = await server.call("DELETE", "/jobs");
    expect(canceled).toMatchObject([{ jobIdentifier: open, status: "CANCELED" }]);
    expect((await server.call("GET", `/jobs/history/${done}`)).body).toMatchObject([
      { jobIdentifier: done, jobInputs: [{ identifier: "a" }] },
    ]);
    const { body: statistics } = await server.call("GET", "/jobs/statistics");
    expect(statistics).toMatchObject([
      {
        accessKey: "test",
        jobsCount: 2,
        modelsCount: 1,
        modelsList: [{ ...noOp, name: "No-op", processedJobsCount: 2 }],
      },
    ]);
    expect((await server.call("GET", "/jobs/statistics/test")).body).toEqual(statistics[0]);
    expect((await server.call("GET", "/jobs/statistics/nobody")).status).toBe(404);
  });
});
