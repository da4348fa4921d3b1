import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { MillraceClient, WebhookVerificationError } from "@millrace/client";
import pg from "pg";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

interface Message {
  readonly path: string | undefined;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

describe("webhooks", () => {
  let server: TestServer;
  let client: MillraceClient;
  let receiver: Server;
  let address: string;
  const messages: Message[] = [];
  /** What the receiver answers next; 204 when there is nothing. */
  const answers: number[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    client = new MillraceClient({ baseUrl: server.url, apiKey: server.apiKey });
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        messages.push({ path: request.url, body, headers: request.headers });
        response.writeHead(answers.shift() ?? 204, { location: "/elsewhere" }).end("thanks");
      });
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });
  afterAll(async () => {
    receiver?.close();
    await server?.close();
  });
  afterEach(async () => {
    for (const webhook of await client.webhooks.list()) await client.webhooks.remove(webhook);
    messages.length = 0;
    answers.length = 0;
  });

  const runJob = () => client.jobs.submitText(noOp.identifier, noOp.version, { a: { input: "x" }, b: { wrong: "x" } });
  const arrived = async (count: number): Promise<Message[]> => {
    await expect.poll(() => messages.length).toBe(count);
    return messages;
  };

  it("may have an @ in path and query, and a scheme in capitals", async () => {
    const base = new URL(address).host;
    for (const path of ["/webhookb2/1111-2222@3333-4444/IncomingWebhook/abc", "/notify?to=ops@example.com"])
      await client.webhooks.create(`HTTP://${base}${path}`);
    await client.jobs.waitUntilComplete(await runJob());
    const paths = (await arrived(2)).map(({ path }) => path);
    expect(new Set(paths)).toEqual(
      new Set(["/notify?to=ops@example.com", "/webhookb2/1111-2222@3333-4444/IncomingWebhook/abc"]),
    );
  });

  it.each([
    ["https://user@example.com/hook", /^url must not have a user name or password before its host/],
    ["https://:secret@example.com/a@b", /^url must not have a user name or password before its host/],
    ["ftp://example.com", /^url is not valid: expected an http or https URL such as/],
    ["example.com/hook", /^url is not valid: expected an http or https URL such as/],
    ["https://example.com/a b", /^url is not valid: expected an http or https URL such as/],
    ["", /^url is not valid/],
  ])("are refused with a sentence at %j", async (url, message) => {
    for (const [method, path] of [
      ["POST", "/webhooks"],
      ["PATCH", `/webhooks/${(await client.webhooks.create(address)).identifier}`],
    ] as const) {
      const { status, body } = await server.call(method, path, { url });
      expect([status, body.message]).toEqual([400, expect.stringMatching(message)]);
      expect(body.message).not.toContain("secret");
    }
  });

  it("report a job that ended, signed so that the client and the specification's library accept them", async () => {
    const { secret, ...webhook } = await client.webhooks.create(address, { events: ["job.completed"] });
    expect([webhook.status, webhook.events, secret]).toEqual([
      "Active",
      ["job.completed"],
      expect.stringMatching(/^whsec_/),
    ]);
    const job = await runJob();
    await client.jobs.cancel(await client.jobs.submit({ model: noOp, version: noOp.version } as never));
    const [message] = await arrived(1);
    const { body, headers } = message!;
    const event = await client.webhooks.unwrap(body, headers, ["whsec_b2xk", secret]);
    expect(event).toEqual({
      type: "job.completed",
      timestamp: expect.stringMatching(/\+00:00$/),
      data: {
        jobIdentifier: job.jobIdentifier,
        status: "COMPLETED",
        model: { ...noOp, name: expect.any(String) },
        total: 2,
        completed: 1,
        failed: 1,
      },
    });
    expect(new StandardWebhook(secret).verify(body, headers as Record<string, string>)).toEqual(event);
    await expect
      .poll(() => client.webhooks.deliveries(webhook))
      .toEqual([expect.objectContaining({ identifier: headers["webhook-id"], status: "DELIVERED", attempts: 1 })]);
  });

  it("that are forged, changed or old are rejected", async () => {
    const webhook = await client.webhooks.create(address);
    await client.webhooks.test(webhook);
    const [message] = await arrived(1);
    const { body, headers } = message!;
    const unwrap = (...parameters: Parameters<typeof client.webhooks.unwrap>) => client.webhooks.unwrap(...parameters);
    await expect(unwrap(body, headers, webhook.secret)).resolves.toMatchObject({ type: "webhook.test" });
    await expect(unwrap(`${body} `, headers, webhook.secret)).rejects.toThrow(WebhookVerificationError);
    await expect(unwrap(body, headers, "whsec_b3RoZXI=")).rejects.toThrow(/does not match/);
    await expect(unwrap(body, {}, webhook.secret)).rejects.toThrow(/webhook-id is missing/);
    const old = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 301) };
    await expect(unwrap(body, old, webhook.secret)).rejects.toThrow(/webhook-timestamp/);
    const rotated = await client.webhooks.rotateSecret(webhook);
    await client.webhooks.test(webhook);
    const second = (await arrived(2))[1]!;
    await expect(unwrap(second.body, second.headers, webhook.secret)).rejects.toThrow(/does not match/);
    await expect(unwrap(second.body, second.headers, rotated.secret)).resolves.toBeDefined();
  });

  it("that fail are resent with the same id: after an error, a redirect or no response", async () => {
    answers.push(500);
    const webhook = await client.webhooks.create(address);
    await client.webhooks.test(webhook);
    await arrived(1);
    await expect
      .poll(() => client.webhooks.deliveries(webhook))
      .toMatchObject([
        {
          status: "PENDING",
          attempts: 1,
          lastOutcome: "The receiver responded with 500.",
          nextAttemptAt: expect.any(String),
        },
      ]);
    const [first, second] = await arrived(2);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    await expect.poll(() => client.webhooks.deliveries(webhook)).toMatchObject([{ status: "DELIVERED", attempts: 2 }]);
    answers.push(307);
    await client.webhooks.test(webhook);
    await arrived(3);
    await expect
      .poll(() => client.webhooks.deliveries(webhook))
      .toMatchObject([{ lastOutcome: "The receiver responded with 307." }, {}]);
    const nowhere = await client.webhooks.create("http://127.0.0.1:9/");
    await client.webhooks.test(nowhere);
    await expect
      .poll(() => client.webhooks.deliveries(nowhere))
      .toMatchObject([{ status: "PENDING", lastOutcome: "The receiver could not be reached (ECONNREFUSED)." }]);
  });

  it("stop after ten attempts, and are disabled at once by 410", async () => {
    const webhook = await client.webhooks.create(address);
    answers.push(500);
    const database = new pg.Client(server.databaseUrl);
    await database.connect();
    await database.query(
      "INSERT INTO millrace.webhook_deliveries (webhook_identifier, type, payload, attempts) VALUES ($1, 'webhook.test', '{}', 9)",
      [webhook.identifier],
    );
    await database.end();
    await arrived(1);
    await expect.poll(() => client.webhooks.deliveries(webhook)).toMatchObject([{ status: "FAILED", attempts: 10 }]);
    answers.push(410);
    await client.webhooks.test(webhook);
    await expect
      .poll(async () => (await client.webhooks.list())[0])
      .toMatchObject({ status: "Disabled", statusReason: expect.stringContaining("410") });
    const job = await runJob();
    await client.jobs.waitUntilComplete(job);
    expect((await client.webhooks.deliveries(webhook)).map(({ type }) => type)).not.toContain("job.completed");
    expect(await client.webhooks.update(webhook, { status: "Active" })).toMatchObject({
      status: "Active",
      statusReason: null,
    });
  });

  it("to a hanging receiver block no job or other receiver, and are sent one at a time", async () => {
    let asked = 0;
    const hanging = createServer(() => (asked += 1)).listen(0, "127.0.0.1");
    await once(hanging, "listening");
    try {
      const dead = await client.webhooks.create(`http://127.0.0.1:${(hanging.address() as AddressInfo).port}/`);
      for (let count = 0; count < 20; count += 1) await client.webhooks.test(dead);
      await expect.poll(() => asked).toBe(1);
      await client.webhooks.create(address, { events: ["job.completed"] });
      await client.jobs.waitUntilComplete(await runJob());
      await arrived(1);
      expect(asked).toBe(1);
    } finally {
      hanging.closeAllConnections();
      hanging.close();
    }
  });

  it("are rejected if invalid, and belong to their account", async () => {
    for (const body of [
      {},
      { url: "ftp://x" },
      { url: "http://" },
      { url: address, events: ["job.born"] },
      { url: address, x: 1 },
    ])
      expect((await server.call("POST", "/webhooks", body)).status, JSON.stringify(body)).toBe(400);
    const webhook = await client.webhooks.create(address);
    const { body } = await server.call("POST", "/accounting/accounts", { name: "Other", email: "o@example.com" });
    const key = JSON.stringify(body).match(/[\w-]+\.[\w-]{20,}/)?.[0] ?? "";
    const other = new MillraceClient({ baseUrl: server.url, apiKey: key });
    expect(await other.webhooks.list()).toEqual([]);
    await expect(other.webhooks.remove(webhook)).rejects.toMatchObject({ statusCode: 404 });
  });
});
