import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { startGatedBucket } from "../support/gated-bucket.js";
import { openRaw } from "../support/raw-connection.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
const start = async (...[options]: Parameters<typeof startTestServer>): Promise<TestServer> => {
  const server = await startTestServer(options);
  closers.push(() => server.close());
  return server;
};

describe("one client cannot take all connections", () => {
  it("connections beyond the limit per address or in total are closed", async () => {
    for (const limits of [{ connectionsPerAddress: 3 }, { connections: 3 }]) {
      const server = await start({ clientLimits: limits });
      const open = await Promise.all(
        Array.from({ length: 3 }, async () => {
          const { socket } = openRaw(server);
          await once(socket, "connect");
          return socket;
        }),
      );
      const beyond = openRaw(server, "GET /api/health HTTP/1.1\r\nhost: test\r\n\r\n");
      expect(await beyond.received).toBe("");
      open[0]?.destroy();
      await expect.poll(async () => (await server.call("GET", "/health").catch(() => undefined))?.status).toBe(200);
      for (const socket of open) socket.destroy();
    }
  });

  it("the limit per address does not apply to a trusted proxy", async () => {
    const server = await start({ clientLimits: { connectionsPerAddress: 1 }, trustedProxies: ["127.0.0.0/8"] });
    for (let i = 0; i < 3; i++) {
      const { socket } = openRaw(server);
      await once(socket, "connect");
      closers.push(async () => socket.destroy());
    }
    expect((await server.call("GET", "/health")).status).toBe(200);
  });

  it("open requests of a key, including event streams, are limited; the next gets 503", async () => {
    const bucket = await startGatedBucket();
    closers.push(() => bucket.close());
    const server = await start({ s3Endpoint: bucket.endpoint, clientLimits: { openRequestsPerKey: 2 } });
    const { jobIdentifier } = await server.submit({
      model: noOp,
      input: s3Input({ one: { input: { bucket: "b", key: "one" } } }),
    });
    const headers = { authorization: `ApiKey ${server.apiKey}` };
    const events = () => fetch(`${server.url}/api/jobs/${jobIdentifier}/events`, { headers });
    const streams = [await events(), await events()];
    const refused = await server.call("GET", "/models");
    expect([refused.status, refused.headers.get("retry-after"), refused.body.message]).toEqual([
      503,
      expect.stringMatching(/^\d+$/),
      expect.stringContaining("2 open requests"),
    ]);
    await streams[0]?.body?.cancel();
    await expect.poll(async () => (await server.call("GET", "/models")).status).toBe(200);
    bucket.open();
    await streams[1]?.text();
  });
});
