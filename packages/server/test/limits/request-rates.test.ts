import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

it("a key over its rate gets the time to wait; other keys are unaffected", async () => {
  const { body: slow } = await server.call("POST", "/accounting/access-keys", { name: "slow" });
  const limits = { requestsPerSecond: 2, burst: 3 };
  await server.call("PUT", `/accounting/access-keys/${slow.prefix}/limits`, limits);
  const call = () => server.call("GET", "/models/tags", undefined, { authorization: `ApiKey ${slow.key}` });
  const refusal = async () =>
    (await Promise.all(Array.from({ length: 20 }, call))).find(({ status }) => status !== 200);
  // The process reads limits every two seconds.
  await expect.poll(async () => (await refusal())?.status).toBe(429);
  const refused = await refusal();
  expect(refused?.body).toMatchObject({
    code: "limits.rate",
    message: expect.stringMatching(new RegExp(`API key ${slow.prefix}: 2 a second`)),
  });
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await server.call("GET", "/models/tags")).status).toBe(200);
});

it("requests without a key are limited by address", async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  // All at once on one connection, as no client is fast enough by itself; the last one ends it.
  socket.write("GET /api/none HTTP/1.1\r\nhost: x\r\n\r\n".repeat(5_000));
  socket.end("GET /api/none HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  const answers = await text(socket);
  expect(answers).toContain("HTTP/1.1 404");
  expect(answers).toContain("HTTP/1.1 429");
  expect(answers).toMatch(/"limits\.rate".*address 127\.0\.0\.1 without an API key/);
  expect((await server.call("GET", "/models/tags")).status).toBe(200);
});
