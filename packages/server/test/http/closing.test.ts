import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { startTestServer } from "../support/test-server.js";

it("a stopping server answers requests in flight and closes keep-alive connections", async () => {
  const server = await startTestServer();
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const received = text(socket);
  const body = JSON.stringify({ model: { identifier: "none", version: "1.0.0" } });
  const head = [
    "POST /api/jobs HTTP/1.1",
    `Host: ${hostname}`,
    `Authorization: ApiKey ${server.apiKey}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Expect: 100-continue",
  ].join("\r\n");
  socket.write(`${head}\r\n\r\n`);
  // "100 Continue": the request is being handled.
  await once(socket, "readable");
  const closing = server.close();
  socket.write(body);
  expect(await received).toMatch(/^HTTP\/1\.1 100 Continue[\s\S]*HTTP\/1\.1 404 Not Found[\s\S]*connection: close/i);
  await closing;
});

it("a stopping server rejects requests on open connections with a regular error body", async () => {
  const server = await startTestServer();
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const received = text(socket);
  await new Promise((resolve) => socket.write("GET /api/models HTTP/1.1\r\n", resolve));
  // Answered on a later connection: by then the server has the start of the request above, and waits for its end.
  await server.call("GET", "/health");
  const closing = server.close();
  await expect.poll(() => accepts(Number(port), hostname)).toBe(false);
  socket.write(`Host: ${hostname}\r\nX-Request-Id: my-trace\r\n\r\n`);
  const [head = "", body = ""] = (await received).split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1\.1 503 /);
  expect(head).toMatch(/^x-request-id: my-trace$/im);
  expect(head).toMatch(/^retry-after: \d+$/im);
  expect(head).toMatch(/^connection: close$/im);
  expect(JSON.parse(body)).toMatchObject({ statusCode: 503, code: "unavailable", requestId: "my-trace" });
  await closing;
});

it("a connection that has not sent anything does not delay the stop", async () => {
  // Longer than the stop may take.
  const clientLimits = { headersMs: 290_000, requestMs: 300_000 };
  const server = await startTestServer({ clientLimits, closeLimitMs: 60_000 });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const closed = once(socket, "close");
  await once(socket, "connect");
  // Answered on a later connection: by then the server has accepted the one above.
  await server.call("GET", "/health");
  await server.close();
  await closed;
});

/** Whether somebody listens on a port. */
function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
