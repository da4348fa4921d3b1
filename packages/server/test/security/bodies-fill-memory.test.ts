import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headOf, openRaw, type RawConnection } from "../support/raw-connection.js";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

const mebibyte = 2 ** 20;

describe("request bodies stay within their shared memory budget", () => {
  let server: TestServer;
  beforeAll(async () => {
    // One key may hold half of it.
    server = await startTestServer({ clientLimits: { bodyMemoryBytes: 16 * mebibyte } });
  });
  afterAll(() => server?.close());

  const submission = { model: noOp, input: { type: "text", sources: { a: { input: "x".repeat(6 * mebibyte) } } } };
  const accepted = async () => (await server.call("POST", "/jobs", submission)).status;

  /** Sends so much of a body that never ends. */
  const sendPart = (path: string, type: string, sizeBytes: number): RawConnection => {
    const head = headOf(server, "POST", path, { "content-type": type, "content-length": 8 * mebibyte });
    const connection = openRaw(server, head);
    connection.socket.write(Buffer.alloc(sizeBytes, "x"));
    return connection;
  };

  it("unfinished JSON bodies count, and get 503 with Retry-After beyond the budget", async () => {
    const connections = Array.from({ length: 8 }, () => sendPart("/jobs", "application/json", 3 * mebibyte));
    const refused = await Promise.race(connections.map(({ received }) => received));
    expect(refused).toMatch(/^HTTP\/1.1 503 [\s\S]*"code":"unavailable"/);
    expect(refused).toMatch(/^retry-after: \d+/im);
    expect(refused).toMatch(/^connection: close/im);
    expect((await server.call("GET", "/models")).status).toBe(200);
    for (const { socket } of connections) socket.destroy();
    await expect.poll(accepted, { timeout: 60_000 }).toBe(201);
  });

  it("unfinished multipart bodies count", async () => {
    const { jobIdentifier } = await server.submit({ model: noOp });
    const connections = Array.from({ length: 8 }, () =>
      sendPart(`/jobs/${jobIdentifier}/a/input`, "multipart/form-data; boundary=b", 3 * mebibyte),
    );
    expect(await Promise.race(connections.map(({ received }) => received))).toMatch(/^HTTP\/1.1 503 /);
    for (const { socket } of connections) socket.destroy();
    await expect.poll(accepted, { timeout: 60_000 }).toBe(201);
  });

  it("answered requests no longer count", async () => {
    for (let i = 0; i < 8; i++) expect(await accepted()).toBe(201);
  });

  it.each([
    ["/jobs/features", 2 * mebibyte, 404],
    ["/webhooks", 2 * mebibyte, 413],
    ["/jobs", 9 * mebibyte, 413],
  ])("POST %s of %i bytes gets %i", async (path, sizeBytes, status) => {
    const answer = await server.call("POST", path, JSON.stringify("x".repeat(sizeBytes)));
    expect(answer.status).toBe(status);
  });

  it("a body without a length is limited", async () => {
    const head = headOf(server, "POST", "/webhooks", {
      "content-type": "application/json",
      "transfer-encoding": "chunked",
    });
    const { socket, received } = openRaw(server, head);
    socket.write(`${(2 * mebibyte).toString(16)}\r\n${"x".repeat(2 * mebibyte)}\r\n`);
    expect(await received).toMatch(/^HTTP\/1.1 413 /);
  });
});
