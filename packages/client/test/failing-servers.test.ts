import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import {
  BadRequestError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  MillraceError,
  NotFoundError,
  PayloadTooLargeError,
  RateLimitedError,
  ServerError,
  TimeoutError,
  UnauthorizedError,
  UnprocessableError,
} from "../src/index.js";
import { details, json, receipt, refusal, startWireServer, type Answer, type WireServer } from "./wire-server.js";

const text = { model: "m", version: "1.0.0", input: { type: "text", sources: { a: { i: "x" } } } } as const;

describe("servers that fail", () => {
  let server: WireServer;
  const start = async (...answers: Answer[]) => (server = await startWireServer(...answers));
  afterEach(() => server?.close());

  it.each([
    [400, BadRequestError],
    [401, UnauthorizedError],
    [403, ForbiddenError],
    [404, NotFoundError],
    [409, ConflictError],
    [413, PayloadTooLargeError],
    [422, UnprocessableError],
    [429, RateLimitedError],
    [500, ServerError],
    [503, ServerError],
  ])("%i becomes a specific error with the server's message", async (status, ErrorClass) => {
    const { client } = await start(refusal(status, "what to do"));
    const error = await client({ maximumRetries: 0 })
      .jobs.get("x")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ErrorClass);
    expect(error).toMatchObject({ message: "what to do", statusCode: status });
    expect(inspect(error, { depth: 10 })).not.toContain("the-secret");
  });

  it("retries any rate-limited request after the time that the server names", async () => {
    const { client, seen } = await start(refusal(429, "slower", { "retry-after": "0" }), json(details));
    await client().jobs.pause("x");
    expect(seen).toHaveLength(2);
  });

  it("throws at once if a quota resets too late to wait for", async () => {
    const { client, seen } = await start(refusal(429, "tomorrow", { "retry-after": "3600" }));
    const error = client().jobs.submit(text);
    await expect(error).rejects.toMatchObject({ message: "tomorrow", statusCode: 429, retryAfterMs: 3_600_000 });
    expect(seen).toHaveLength(1);
  });

  it("resubmits with the same idempotency key after 503 and a broken connection", async () => {
    const { client, seen } = await start(
      refusal(503, "later", { "retry-after": "0" }),
      (response) => response.socket?.destroy(),
      json(receipt, 201),
    );
    expect(await client().jobs.submit(text)).toMatchObject({ status: "SUBMITTED" });
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map((request) => request.headers["idempotency-key"])).size).toBe(1);
  });

  it("treats a receipt without a status as SUBMITTED", async () => {
    const { status: _status, ...rest } = receipt;
    const { client } = await start(json(rest, 201));
    expect((await client().jobs.submit(text)).status).toBe("SUBMITTED");
  });

  it("does not retry requests that would fail again", async () => {
    const { client, seen } = await start(refusal(400, "no"));
    await expect(client().jobs.submit(text)).rejects.toThrow("no");
    expect(seen).toHaveLength(1);
  });

  it("gives up after the allowed number of retries", async () => {
    const { client, seen } = await start(refusal(503, "still down", { "retry-after": "0" }));
    await expect(client({ maximumRetries: 2 }).jobs.get("x")).rejects.toThrow("still down");
    expect(seen).toHaveLength(3);
  });

  it.each<[string, Answer]>([
    ["a page of HTML", (response) => response.writeHead(502).end("<html>Bad gateway</html>")],
    [
      "a body without end",
      (response) => {
        response.writeHead(500);
        const more = () => response.write("x".repeat(10_000), more);
        more();
      },
    ],
  ])("%s as an error body falls back to the status", async (_name, answer) => {
    const { client } = await start(answer);
    await expect(client({ maximumRetries: 0 }).jobs.get("x")).rejects.toThrow(/The server answered 50[02]/);
  });

  it("a time-out includes reading the body", async () => {
    const { client } = await start((response) => {
      response.writeHead(200, { "content-length": 100 }).write("{");
    });
    await expect(client().jobs.get("x", { timeoutMs: 150 })).rejects.toThrow(TimeoutError);
  });

  it("retries after a truncated body", async () => {
    const { client } = await start((response) => {
      response.writeHead(200, { "content-length": 1_000 });
      response.write('{"job', () => response.socket?.destroy());
    }, json(details));
    expect((await client().jobs.get("x")).status).toBe("COMPLETED");
  });

  it("explains what may be wrong if a response is not JSON", async () => {
    const { client } = await start((response) => response.end("<html>hello</html>"));
    await expect(client().models.get("x")).rejects.toThrow(/not JSON: check that baseUrl/);
  });

  it("reports an address where nobody listens", async () => {
    const { client, close } = await start(json({}));
    await close();
    const error = await client({ maximumRetries: 0 })
      .jobs.get("x")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toMatch(/No response from http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
    expect(inspect(error, { depth: 10 })).not.toContain("the-secret");
  });

  it("does not follow redirects, so the key is not sent elsewhere", async () => {
    const { client } = await start((response) =>
      response.writeHead(302, { location: "http://127.0.0.1:9/elsewhere" }).end(),
    );
    await expect(client({ maximumRetries: 0 }).jobs.get("x")).rejects.toThrow(ConnectionError);
  });

  it("an abort rejects with its reason", async () => {
    const { client } = await start(() => undefined);
    const controller = new AbortController();
    const call = client().jobs.get("x", { signal: controller.signal });
    controller.abort(new Error("changed my mind"));
    await expect(call).rejects.toThrow("changed my mind");
  });

  describe("waiting", () => {
    const at = (status: string, completed: number) => json({ ...details, status, completed, pending: 1 - completed });

    it("reports each change once and resolves with the complete job", async () => {
      const { client, seen } = await start(
        at("SUBMITTED", 0),
        at("SUBMITTED", 0),
        at("IN_PROGRESS", 0),
        at("COMPLETED", 1),
      );
      const shown: string[] = [];
      const job = await client().jobs.waitUntilComplete("x", {
        pollIntervalMs: 5,
        onProgress: ({ status }) => shown.push(status),
      });
      expect(shown).toEqual(["SUBMITTED", "IN_PROGRESS", "COMPLETED"]);
      expect([job.status, job.jobInputs]).toEqual(["COMPLETED", ["my-input"]]);
      expect(seen.map(({ url }) => url).slice(-2)).toEqual(["/api/jobs/x?exclude=jobInputs", "/api/jobs/x"]);
    });

    it("a time-out error names the job and says that it continues", async () => {
      const { client } = await start(at("IN_PROGRESS", 0));
      const waiting = client().jobs.waitUntilComplete("my-job", { timeoutMs: 60, pollIntervalMs: 5 });
      await expect(waiting).rejects.toThrow(TimeoutError);
      await expect(waiting).rejects.toThrow(/Job my-job .* is still running on the server/);
    });

    it("waits for an unreachable server until the time-out", async () => {
      const { client, close } = await start(json({}));
      await close();
      const waiting = client({ maximumRetries: 0 }).jobs.waitUntilComplete("x", { timeoutMs: 300 });
      await expect(waiting).rejects.toThrow(/has not ended within 300 ms/);
    });

    it("an unknown status is an error, not an endless wait", async () => {
      const { client } = await start(at("FROZEN", 0));
      await expect(client().jobs.waitUntilComplete("x")).rejects.toThrow(/"FROZEN"/);
      await expect(client().jobs.waitUntilComplete("x")).rejects.toThrow(MillraceError);
    });

    it.each([
      ["none", undefined],
      ["null", null],
      ["a name that every object has", "constructor"],
    ])("a job with %s as its status is an error, not a running job", async (_name, status) => {
      const { client } = await start(json({ ...details, status }));
      await expect(client().jobs.waitUntilComplete("x")).rejects.toThrow(/status .* does not know/);
    });

    it("an event with an unknown status is an error", async () => {
      const { client } = await start((response) =>
        response
          .writeHead(200, { "content-type": "text/event-stream" })
          .end('event: state\ndata: {"status":"FROZEN","paused":false,"statusReason":null}\n\n'),
      );
      await expect(client().jobs.events("x").next()).rejects.toThrow(/"FROZEN".*does not know/);
    });
  });
});
