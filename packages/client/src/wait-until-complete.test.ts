import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { details, receipt } from "../test/wire-server.js";
import { MillraceClient } from "./client.js";

type Answer = () => Response;

const at =
  (status: string, completed: number): Answer =>
  () =>
    Response.json({ ...details, status, completed, pending: 1 - completed });
const unavailable: Answer = () => Response.json({ message: "later" }, { status: 503, headers: { "retry-after": "0" } });
const broken: Answer = () => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
};
const events =
  (text: string): Answer =>
  () =>
    new Response(text, { headers: { "content-type": "text/event-stream" } });

/** A client of a server that answers at once, and what it was asked. */
function clientOf(answer: (path: string) => Answer | undefined) {
  const seen: { readonly path: string; readonly lastEventId: string | null }[] = [];
  const client = new MillraceClient({
    baseUrl: "http://millrace.test",
    apiKey: "prefix.the-secret",
    maximumRetries: 0,
    fetch: async (address, init) => {
      const { url, headers } = new Request(address, init);
      const path = url.slice("http://millrace.test".length);
      seen.push({ path, lastEventId: headers.get("last-event-id") });
      return (answer(path) ?? broken)();
    },
  });
  return { client, seen };
}

describe("waiting for a job through pauses", () => {
  // Pauses pass at once: the clock goes to the end of each as soon as nothing else is to be done.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.setTimerTickMode("nextTimerAsync");
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("survives a server that is down for longer than one call would retry", async () => {
    const away = Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? broken : unavailable));
    const answers = [at("IN_PROGRESS", 0), ...away, at("COMPLETED", 1), at("COMPLETED", 1)];
    const { client } = clientOf(() => answers.shift());
    const shown: string[] = [];
    const job = await client.jobs.waitUntilComplete("x", { onProgress: ({ status }) => shown.push(status) });
    expect([job.status, ...shown]).toEqual(["COMPLETED", "IN_PROGRESS", "COMPLETED"]);
    expect(answers).toEqual([]);
  });

  it("after a stream that ends before the job, waits and polls", async () => {
    let asked = 0;
    const { client, seen } = clientOf((path) => {
      if (!path.includes("/events")) return at(asked < 2 ? "IN_PROGRESS" : "COMPLETED", 0);
      asked += 1;
      return events("retry: 1\n\n");
    });
    expect((await client.jobs.waitUntilComplete("x")).status).toBe("COMPLETED");
    expect(seen.map(({ path }) => path.split("/").at(-1))).toEqual([
      "x?exclude=jobInputs",
      "events?exclude=inputs",
      "x?exclude=jobInputs",
      "events?exclude=inputs",
      "x?exclude=jobInputs",
      "x",
    ]);
  });

  it("resumes events after a stream that ended early", async () => {
    const answers = [
      events('id: 1\nevent: input\ndata: {"name":"a","status":"SUCCESSFUL","error":null}\n\n'),
      events('event: state\ndata: {"status":"COMPLETED","paused":false,"statusReason":null}\n\n'),
    ];
    const { client, seen } = clientOf(() => answers.shift());
    const types: string[] = [];
    for await (const { type } of client.jobs.events(receipt.jobIdentifier)) types.push(type);
    expect(types).toEqual(["input", "state"]);
    expect(seen.map(({ lastEventId }) => lastEventId)).toEqual([null, "1"]);
  });
});
