import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startGatedBucket, type GatedBucket } from "../support/gated-bucket.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

interface Event {
  readonly id?: string;
  readonly name: string;
  readonly data: Record<string, unknown>;
}

describe("following a job", () => {
  let bucket: GatedBucket;
  let server: TestServer;
  beforeAll(async () => {
    bucket = await startGatedBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
  });
  beforeEach(() => bucket.shut());
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
  });

  const submit = async (names: readonly string[], keyOf = (name: string) => name) => {
    const sources = Object.fromEntries(names.map((name) => [name, { input: { bucket: "b", key: keyOf(name) } }]));
    return (await server.submit({ model: noOp, input: s3Input(sources) })).jobIdentifier;
  };
  const open = (job: string, { query = "", lastEventId = "" } = {}) =>
    fetch(`${server.url}/api/jobs/${job}/events${query}`, {
      headers: {
        authorization: `ApiKey ${server.apiKey}`,
        ...(lastEventId === "" ? {} : { "last-event-id": lastEventId }),
      },
    });
  /** Everything until the server ends the stream. */
  const readAll = async (job: string, options = {}): Promise<Event[]> => parse(await (await open(job, options)).text());
  const inputs = (events: readonly Event[]) => events.filter(({ name }) => name === "input");

  it("streams every input once, progress, and finally the state", async () => {
    const job = await submit(["one", "two", "three"], (name) => (name === "two" ? "missing" : name));
    const response = await open(job);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    bucket.open();
    const events = parse(await response.text());
    expect(events[0]).toMatchObject({ name: "progress", data: { total: 3, completed: 0, failed: 0, pending: 3 } });
    expect(inputs(events).map(({ data }) => [data["name"], data["status"]])).toEqual(
      expect.arrayContaining([
        ["one", "SUCCESSFUL"],
        ["two", "FAILED"],
        ["three", "SUCCESSFUL"],
      ]),
    );
    expect(inputs(events)).toHaveLength(3);
    expect(inputs(events).find(({ data }) => data["name"] === "two")?.data["error"]).toMatch(/missing/);
    expect(events.at(-2)).toMatchObject({ name: "progress", data: { total: 3, completed: 2, failed: 1, pending: 0 } });
    expect(events.at(-1)).toMatchObject({ name: "state", data: { status: "COMPLETED", paused: false } });
  });

  it("resumes after the last event seen, and omits inputs on request", async () => {
    bucket.open();
    const job = await submit(Array.from({ length: 40 }, (_, index) => `input-${index}`));
    const all = inputs(await readAll(job));
    expect(all).toHaveLength(40);
    const rest = inputs(await readAll(job, { lastEventId: all[24]?.id }));
    expect(rest).toEqual(all.slice(25));
    expect(inputs(await readAll(job, { query: "?exclude=inputs" }))).toEqual([]);
  });

  it("reports a pause and a cancellation", async () => {
    const job = await submit(["one"]);
    const response = await open(job);
    await server.call("POST", `/jobs/${job}/pause`);
    await expect.poll(async () => (await server.call("GET", `/jobs/${job}`)).body.paused).toBe(true);
    await delayUntilSeen(server, job);
    await server.call("DELETE", `/jobs/${job}`);
    const states = parse(await response.text()).filter(({ name }) => name === "state");
    expect(states.map(({ data }) => [data["status"], data["paused"]]).slice(-2)).toEqual([
      [expect.stringMatching(/SUBMITTED|IN_PROGRESS/), true],
      ["CANCELED", false],
    ]);
  });

  it("rejects an unknown job, another account's key and an invalid event id", async () => {
    const job = await submit(["one"]);
    expect((await open("0b6f7e3c-0000-4000-8000-000000000000")).status).toBe(404);
    expect((await fetch(`${server.url}/api/jobs/${job}/events`)).status).toBe(401);
    const wrong = await open(job, { lastEventId: "x" });
    expect([wrong.status, ((await wrong.json()) as { message: string }).message]).toEqual([
      400,
      expect.stringMatching(/Last-Event-ID.*"x"/),
    ]);
    await server.call("DELETE", `/jobs/${job}`);
  });

  it("a long poll returns when the job ends or its time is up", async () => {
    const job = await submit(["one"]);
    await expect.poll(() => bucket.requestCount()).toBeGreaterThan(0);
    const unchanged = await server.call("GET", `/jobs/${job}?wait=1`);
    expect(unchanged.body.completed).toBe(0);
    const ended = server.call("GET", `/jobs/${job}?wait=25`);
    bucket.open();
    expect((await ended).body).toMatchObject({ status: "COMPLETED", completed: 1 });
    const wrong = await server.call("GET", `/jobs/${job}?wait=26`);
    expect([wrong.status, wrong.body.message]).toEqual([400, expect.stringContaining("wait")]);
  });
});

/** Resolves when a new follower of the job is told that it is paused: then the others have been told too. */
async function delayUntilSeen(server: TestServer, job: string): Promise<void> {
  const gone = new AbortController();
  const response = await fetch(`${server.url}/api/jobs/${job}/events`, {
    headers: { authorization: `ApiKey ${server.apiKey}` },
    signal: gone.signal,
  });
  let text = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes('"paused":true')) break;
  }
  gone.abort();
}

function parse(text: string): Event[] {
  return text
    .split("\n\n")
    .filter((message) => message.includes("data: "))
    .map((message) => {
      const fields = Object.fromEntries(message.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
      const { id, event, data } = fields as Record<string, string>;
      return { ...(id === undefined ? {} : { id }), name: event ?? "", data: JSON.parse(data ?? "{}") };
    });
}
