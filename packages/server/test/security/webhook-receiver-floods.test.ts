import type { NewWebhook, WebhookDelivery } from "@millrace/contract";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startHostileServer, type HostileServer } from "../s3/hostile-server.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const chunk = "x".repeat(2 ** 16);

/** Writes until the other side has had enough. */
function flood(socket: Socket): void {
  while (!socket.destroyed && socket.write(chunk));
  socket.once("drain", () => flood(socket));
}

function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 100);
  socket.on("close", () => clearInterval(timer));
}

/** What receivers do instead of an answer, and what is recorded of it. */
const attacks: Readonly<Record<string, [act: (socket: Socket) => void, status: string, outcome: RegExp]>> = {
  hangs: [() => undefined, "PENDING", /no response within 15 s/],
  dripsHeaders: [
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-long: ");
      drip(socket, "x");
    },
    "PENDING",
    /no response within 15 s/,
  ],
  dripsBody: [
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
      drip(socket, "x");
    },
    "DELIVERED",
    /^The receiver responded with 200\.$/,
  ],
  repeatsProvisionalAnswers: [(socket) => drip(socket, "HTTP/1.1 103 Early Hints\r\n\r\n"), "PENDING", /./],
  floodsHeaders: [
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-long: ");
      flood(socket);
    },
    "PENDING",
    /UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW/,
  ],
  floodsBody: [
    (socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000000000\r\n\r\n");
      flood(socket);
    },
    "DELIVERED",
    /^The receiver responded with 200\.$/,
  ],
  floodsReason: [
    (socket) => socket.end(`HTTP/1.1 500 ${"\u001B[2J".repeat(2_000)}\r\ncontent-length: 0\r\n\r\n`),
    "PENDING",
    /./,
  ],
  sendsNoHttp: [
    (socket) => socket.end("SSH-2.0-\u001B[2J\r\n".repeat(100)),
    "PENDING",
    /does not match the HTTP\/1.1 protocol/,
  ],
};

describe("a webhook's receiver holds neither time nor memory", () => {
  let server: TestServer;
  let receiver: HostileServer;
  const sockets = new Map<string, Socket>();

  beforeAll(async () => {
    receiver = await startHostileServer(({ socket, path }) => {
      const name = path.slice(1);
      sockets.set(name, socket);
      attacks[name]?.[0](socket);
    });
    server = await startTestServer();
  });
  afterAll(async () => {
    await server?.close();
    await receiver?.close();
  });

  it.concurrent.for(Object.entries(attacks))("that %s", async ([name, [, status, outcome]], { expect }) => {
    const { body: webhook } = await server.call<NewWebhook>("POST", "/webhooks", {
      url: `${receiver.endpoint}/${name}`,
    });
    await server.call("POST", `/webhooks/${webhook.identifier}/test`);
    const last = async () =>
      (await server.call<WebhookDelivery[]>("GET", `/webhooks/${webhook.identifier}/deliveries`)).body[0];
    await expect.poll(async () => (await last())?.lastOutcome ?? null, { timeout: 120_000 }).not.toBeNull();
    expect(await last()).toMatchObject({ status, attempts: 1, lastOutcome: expect.stringMatching(outcome) });
    const { lastOutcome } = (await last()) as WebhookDelivery;
    expect(lastOutcome?.length).toBeLessThanOrEqual(200);
    expect(lastOutcome).not.toMatch(/\p{Cc}/u);
    // The connection is closed, after no more than what systems buffer for it.
    const socket = sockets.get(name);
    await expect.poll(() => socket?.destroyed, { timeout: 120_000 }).toBe(true);
    expect(socket?.bytesWritten).toBeLessThan(32 * 2 ** 20);
  });
});
