import { afterEach, describe, expect, it } from "vitest";
import { json, refusal, startWireServer, type Answer, type WireServer } from "./wire-server.js";

const entry = (input: string) => `${JSON.stringify({ input, status: "SUCCESSFUL", "results.json": 1 })}\n`;
const lines =
  (total: number, ...texts: string[]): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson", "x-total-count": total });
    response.end(texts.join(""));
  };
/** Says that more follows, and breaks. */
const broken =
  (total: number, ...texts: string[]): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson", "x-total-count": total });
    response.write(texts.join(""), () => setImmediate(() => response.destroy()));
  };

describe("results.stream", () => {
  let server: WireServer;
  const start = async (...answers: Answer[]) => (server = await startWireServer(...answers));
  afterEach(() => server?.close());
  const read = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const { input } of server.client().results.stream("job")) names.push(input);
    return names;
  };

  it("asks for page after page until the total", async () => {
    const { seen } = await start(lines(2_001, entry("a")), lines(2_001), lines(2_001, entry("c")));
    expect(await read()).toEqual(["a", "c"]);
    expect(seen.map(({ url }) => url)).toEqual([1, 2, 3].map((page) => `/api/results/job?page=${page}&per-page=1000`));
  });

  it("continues where a connection broke, and names no input twice", async () => {
    await start(
      broken(3, entry("a"), '{"input":"b'),
      refusal(503, "busy", { "retry-after": "0" }),
      lines(3, entry("new"), entry("a"), entry("b")),
    );
    expect(await read()).toEqual(["a", "new", "b"]);
  });

  it("reads the whole body of a server without JSON lines", async () => {
    const { seen } = await start(json({ results: { a: { status: "SUCCESSFUL" } }, failures: { b: { error: "no" } } }));
    expect(await read()).toEqual(["a", "b"]);
    expect(seen).toHaveLength(1);
  });

  it("gives up when nothing comes any more", async () => {
    await start(refusal(404, "no such job"));
    await expect(read()).rejects.toThrow("no such job");
  });
});
