import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

describe("a model has no network unless its model.yaml asks for it and the operator allows it", () => {
  let target: Server;
  let connections = 0;
  let server: AttackedServer;
  const servers: AttackedServer[] = [];

  const start = async (environment: Record<string, string> = {}) => {
    server = await startAttackedServer(environment);
    servers.push(server);
  };
  const attack = () => `
    const connect = (host, port) => new Promise((resolve) => {
      const socket = net.connect({ host, port }, () => { socket.destroy(); resolve("connected"); });
      socket.on("error", (error) => resolve(error.code));
    });
    return {
      service: await connect("127.0.0.1", ${(target.address() as AddressInfo).port}),
      api: await connect("127.0.0.1", ${Number(new URL(server.process.url).port)}),
      outside: await connect("192.0.2.1", 80),
      interfaces: Object.keys(os.networkInterfaces()),
    };`;

  beforeAll(async () => {
    target = createServer((socket) => {
      connections += 1;
      socket.on("error", () => {}).end();
    }).listen(0, "127.0.0.1");
    await once(target, "listening");
    await start();
  });
  afterAll(async () => {
    for (const one of servers) await one.close();
    target?.close();
  });

  it.skipIf(cannotIsolate)("it reaches no services on this machine, not the API, and no other machines", async () => {
    expect(await server.deploy(attack())).toEqual({
      service: "ECONNREFUSED",
      api: "ECONNREFUSED",
      outside: "ENETUNREACH",
      interfaces: ["lo"],
    });
    expect(connections).toBe(0);
  });

  it("a model that asks is rejected, with what to do, if the operator does not allow it", async () => {
    expect(await server.deploy("return 1;", ", network: true")).toMatch(
      /asks for the network \(resources\.network in its model\.yaml\).*MILLRACE_MODEL_NETWORK=allow/,
    );
  });

  it("if the operator allows it, only models that ask have the network", async () => {
    await start({ MILLRACE_MODEL_NETWORK: "allow" });
    const connect = `return new Promise((resolve) => {
      const socket = net.connect({ host: "127.0.0.1", port: ${(target.address() as AddressInfo).port} }, () => { socket.destroy(); resolve("connected"); });
      socket.on("error", (error) => resolve(error.code));
    });`;
    expect(await server.deploy(connect, ", network: true")).toBe("connected");
    if (!cannotIsolate) expect(await server.deploy(connect)).toBe("ECONNREFUSED");
  });
});
