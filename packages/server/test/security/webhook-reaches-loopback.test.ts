import type { ErrorBody, NewWebhook, WebhookDelivery } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHostileServer, type HostileServer } from "../s3/hostile-server.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

describe("a webhook cannot reach a non-public address", () => {
  let server: TestServer;
  let inside: HostileServer;
  beforeAll(async () => {
    inside = await startHostileServer(({ socket }) =>
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
    );
    server = await startTestServer({ outbound: "" });
  });
  afterAll(async () => {
    await server?.close();
    await inside?.close();
  });
  const port = () => new URL(inside.endpoint).port;

  it.each(["127.0.0.1", "2130706433", "0", "[::ffff:127.0.0.1]", "169.254.169.254"])(
    "not as %s: it is rejected at once",
    async (host) => {
      const { status, body } = await server.call<ErrorBody>("POST", "/webhooks", { url: `http://${host}:${port()}/` });
      expect([status, body.message]).toEqual([400, expect.stringContaining("The address of url, ")]);
    },
  );

  it("not through an update", async () => {
    const { body: webhook } = await server.call<NewWebhook>("POST", "/webhooks", { url: "https://example.com/" });
    const change = { url: inside.endpoint };
    const { status, body } = await server.call<ErrorBody>("PATCH", `/webhooks/${webhook.identifier}`, change);
    expect([status, body.message]).toEqual([400, expect.stringContaining("The address of url, ")]);
  });

  it("not through a name: nothing is sent, the delivery reveals only that, and there is no retry", async () => {
    const outcomeAt = async (at: string): Promise<WebhookDelivery> => {
      const { body: webhook } = await server.call<NewWebhook>("POST", "/webhooks", { url: `http://localhost:${at}/` });
      await server.call("POST", `/webhooks/${webhook.identifier}/test`);
      const last = async () =>
        (await server.call<WebhookDelivery[]>("GET", `/webhooks/${webhook.identifier}/deliveries`)).body[0];
      await expect.poll(async () => (await last())?.lastOutcome, { timeout: 60_000 }).not.toBeNull();
      return (await last()) as WebhookDelivery;
    };
    const [open, closed] = [await outcomeAt(port()), await outcomeAt("9")];
    expect(open).toMatchObject({ status: "FAILED", attempts: 1, nextAttemptAt: null });
    expect(open.lastOutcome).toMatch(/^The address localhost:\d+ is not allowed: it resolves to a loopback address\./);
    expect(open.lastOutcome?.replaceAll(port(), "9")).toBe(closed.lastOutcome);
    expect(inside.connectionCount).toBe(0);
  });
});
