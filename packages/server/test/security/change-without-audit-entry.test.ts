import type { AuditEntry } from "@millrace/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

it("every documented route that changes something writes an audit entry", async () => {
  const document = (await server.call<{ paths: Record<string, object> }>("GET", "/openapi.json")).body;
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => method !== "get")
      .map((method) => ({ method: method.toUpperCase(), path })),
  );
  expect(routes.length).toBeGreaterThan(25);
  const missing = new Map<string, string>();
  for (const [index, { method, path }] of routes.entries()) {
    // An empty object creates something, is not valid, or is about nothing that there is: each is to be written down.
    const url = path.replace(/^\/api/, "").replaceAll(/\{[^}]+\}/g, "none");
    const requestId = `change-${index}`;
    const { status } = await server.call(method, url, {}, { "x-request-id": requestId });
    missing.set(requestId, `${method} ${path.replaceAll(/\{([^}]+)\}/g, ":$1")} ${status}`);
  }
  const unwritten = async () => {
    const { body } = await server.call<AuditEntry[]>("GET", "/audit?per-page=1000");
    for (const { requestId, action, statusCode } of body)
      if (missing.get(requestId) === `${action} ${statusCode}`) missing.delete(requestId);
    return [...missing.values()];
  };
  await expect.poll(unwritten).toEqual([]);
});
