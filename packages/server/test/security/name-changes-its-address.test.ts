import { createServer, type AddressInfo, type Server } from "node:net";
import { request } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createS3Client } from "../../src/inputs/s3/client.js";
import { listRows } from "../../src/inputs/sources/jdbc/table-rows.js";
import { createOutbound, type Outbound } from "../../src/outbound/outbound.js";
import { createReceivers } from "../../src/webhooks/deliver.js";

const signal = new AbortController().signal;

/** Each connects to a port of "rebind.test" and ends somehow. */
const connections: readonly [string, (outbound: Outbound, port: number) => Promise<unknown>][] = [
  [
    "bucket",
    async (outbound, port) => {
      const s3 = createS3Client({ outbound, endpoint: `http://rebind.test:${port}` });
      const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
      try {
        return await s3.get(object, { maximumSizeBytes: 1, signal });
      } finally {
        await s3.close();
      }
    },
  ],
  [
    "database",
    (outbound, port) => {
      const url = `jdbc:postgresql://rebind.test:${port}/d`;
      return listRows({ url, username: "u", password: "p", query: "SELECT 1" }, outbound, signal).next();
    },
  ],
  [
    "receiver",
    async (outbound, port) => {
      const dispatcher = createReceivers(outbound);
      try {
        return await request(`http://rebind.test:${port}`, { method: "POST", body: "{}", dispatcher });
      } finally {
        await dispatcher.destroy();
      }
    },
  ],
];

describe("a name whose address changes is connected only to checked addresses", () => {
  let allowed: Server;
  let denied: Server;
  let port: number;
  const reached: string[] = [];

  const listen = async (address: string, on: number) => {
    const server = createServer((socket) => {
      reached.push(address);
      socket.on("error", () => {}).destroy();
    });
    await new Promise<void>((resolve) => server.listen(on, address, resolve));
    return server;
  };
  beforeEach(async () => {
    reached.length = 0;
    allowed = await listen("127.0.0.2", 0);
    ({ port } = allowed.address() as AddressInfo);
    denied = await listen("127.0.0.1", port);
  });
  afterEach(() => {
    allowed.close();
    denied.close();
  });

  /** Answers with one address after another, as the name server of an attacker does. */
  const resolving = (...answers: string[][]) => {
    let asked = 0;
    const outbound = createOutbound({
      allowed: "127.0.0.2",
      resolve: async (host) => {
        expect(host).toBe("rebind.test");
        const answer = answers[Math.min(asked++, answers.length - 1)] ?? [];
        return answer.map((address) => ({ address, family: 4 }));
      },
    });
    return { outbound, asked: () => asked };
  };

  it.each(connections)("%s: a name is resolved once per connection", async (_of, connect) => {
    const { outbound, asked } = resolving(["127.0.0.2"], ["127.0.0.1"]);
    await connect(outbound, port).catch(() => undefined);
    expect([asked(), reached]).toEqual([1, ["127.0.0.2"]]);
  });

  it.each(connections)("%s: the next connection is checked again", async (_of, connect) => {
    const { outbound } = resolving(["127.0.0.1"]);
    await expect(connect(outbound, port)).rejects.toThrow(
      `The address rebind.test:${port} is not allowed: it resolves to a loopback address.`,
    );
    expect(reached).toEqual([]);
  });

  it.each(connections)("%s: one disallowed address among several is enough to refuse", async (_of, connect) => {
    const { outbound } = resolving(["127.0.0.2", "127.0.0.1"]);
    await expect(connect(outbound, port)).rejects.toThrow("is not allowed");
    expect(reached).toEqual([]);
  });
});
