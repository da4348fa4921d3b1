import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { startTestServer } from "../support/test-server.js";

it("a server that ends answers what is in flight and keeps no connection that its client would keep", async () => {
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
