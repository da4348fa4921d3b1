import type { JobResults } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("results", () => {
  let server: TestServer;
  let job: string;
  beforeAll(async () => {
    server = await startTestServer();
    const sources = Object.fromEntries(
      Array.from({ length: 1_203 }, (_, index) => [
        `input-${index}`,
        index % 3 === 0 ? { wrong: "x" } : { input: "x".repeat(index) },
      ]),
    );
    job = (await server.submit({ model: noOp, input: { type: "text", sources } })).jobIdentifier;
    await server.waitForEnd(job);
  });
  afterAll(() => server?.close());

  it("contain every input once, in submission order, though read in slices", async () => {
    const { results, failures, total, completed, failed } = await server.results(job);
    expect([total, completed, failed]).toEqual([1_203, 802, 401]);
    const numbers = (names: string[]) => names.map((name) => Number(name.slice("input-".length)));
    const all = Array.from({ length: 1_203 }, (_, index) => index);
    expect(numbers(Object.keys(results))).toEqual(all.filter((index) => index % 3 !== 0));
    expect(numbers(Object.keys(failures))).toEqual(all.filter((index) => index % 3 === 0));
    expect(results["input-500"]?.["results.json"]).toEqual({ sizeBytes: 500 });
  });

  it("can be paged by input", async () => {
    const { body, headers } = await server.call("GET", `/results/${job}?page=2&per-page=6`);
    expect([Object.keys(body.results), Object.keys(body.failures)]).toEqual([
      ["input-7", "input-8", "input-10", "input-11"],
      ["input-6", "input-9"],
    ]);
    expect([headers.get("x-total-count"), headers.get("link")]).toEqual([
      "1203",
      expect.stringContaining("page=3&per-page=6"),
    ]);
    const last = await server.call("GET", `/results/${job}?page=201&per-page=6`);
    expect([Object.keys(last.body.results).length, last.headers.get("link")]).toEqual([2, null]);
  });

  it("can be streamed as JSON lines", async () => {
    const { body, headers } = await server.call<string>("GET", `/results/${job}`, undefined, {
      accept: "application/x-ndjson",
    });
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    const lines = body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { input: string; status: string; error: string | null });
    expect(lines).toHaveLength(1_203);
    expect(lines.slice(0, 2)).toMatchObject([
      {
        input: "input-0",
        status: "FAILED",
        code: "input.unexpected_data_items",
        error: expect.stringContaining("expects"),
      },
      { input: "input-1", status: "SUCCESSFUL", error: null, "results.json": { sizeBytes: 1 } },
    ]);
  });

  it("can be read for one input", async () => {
    for (const path of [`/results/${job}/datasource/input-4`, `/results/${job}/input-4`]) {
      const { body } = await server.call("GET", path);
      expect([Object.keys(body.results), body.failures, body.total]).toEqual([["input-4"], {}, 1_203]);
    }
    const { status, body } = await server.call("GET", `/results/${job}/datasource/nobody`);
    expect([status, body.message]).toEqual([404, expect.stringContaining('"nobody"')]);
  });

  it("counts a user's vote once, the last one, until it is taken back", async () => {
    const own = async () => (await server.call("GET", `/results/${job}/vote/input-4`)).body.vote;
    const counted = async () => (await server.call("GET", `/results/${job}/input-4`)).body.results["input-4"].voting;
    expect(await own()).toBe("NO_VOTES");
    expect(
      (await server.call("POST", `/results/${job}/upvote/input-4`, "", { "content-type": "application/json" })).status,
    ).toBe(204);
    expect([await own(), await counted()]).toEqual(["UP", { up: 1, down: 0 }]);
    await server.call("POST", `/results/${job}/downvote/input-4`);
    expect([await own(), await counted()]).toEqual(["DOWN", { up: 0, down: 1 }]);
    await server.call("DELETE", `/results/${job}/vote/input-4`);
    expect([await own(), await counted()]).toEqual(["NO_VOTES", { up: 0, down: 0 }]);
    expect((await server.call("POST", `/results/${job}/upvote/nobody`)).status).toBe(404);
  });

  it("contain integers where clients accept nothing else", async () => {
    const body = (await server.call<JobResults>("GET", `/results/${job}?per-page=3`)).body;
    const whole = [
      "total",
      "completed",
      "failed",
      "initialQueueTime",
      "totalQueueTime",
      "elapsedTime",
      "resultSummarizing",
      "inputSize",
    ] as const;
    for (const field of whole) expect(Number.isInteger(body[field]), field).toBe(true);
    for (const entry of [...Object.values(body.results), ...Object.values(body.failures)]) {
      for (const field of ["elapsedTime", "inputFetching", "queueTime"] as const)
        expect(Number.isInteger(entry[field]), field).toBe(true);
    }
  });
});
