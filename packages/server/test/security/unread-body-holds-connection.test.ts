import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headOf, openRaw } from "../support/raw-connection.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

describe("an unread body does not hold its connection", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ clientLimits: { requestMs: 3_600_000 } });
  });
  afterAll(() => server?.close());

  const length = { "content-type": "application/json", "content-length": 1_000_000 };
  const chunked = { "content-type": "application/json", "transfer-encoding": "chunked" };
  it.each([
    ["without a key", "/jobs", { ...length, authorization: "" }, 401],
    ["without a key, of unknown length", "/jobs", { ...chunked, authorization: "" }, 401],
    ["with a wrong key", "/models/archive", { ...length, authorization: "ApiKey a.wrong-secret" }, 401],
    ["to an unknown route", "/nothing", { ...length, authorization: "" }, 404],
    ["that is too large", "/jobs", { ...length, "content-length": 10 ** 12 }, 413],
    ["of a type that nobody reads", "/jobs", { ...length, "content-type": "text/x-none" }, 415],
  ])("%s", async (_name, path, headers, status) => {
    const { received } = openRaw(server, headOf(server, "POST", path, headers));
    const answer = await received;
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^connection: close/im);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ statusCode: status });
  });

  it("a client that sends its whole body before reading gets the response", async () => {
    const { socket, received } = openRaw(server, headOf(server, "POST", "/jobs", { ...length, authorization: "" }));
    await once(socket, "connect");
    for (let sent = 0; sent < 1_000_000; sent += 50_000) socket.write("x".repeat(50_000));
    expect(await received).toMatch(/^HTTP\/1.1 401 /);
  });
});
