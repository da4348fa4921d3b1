import type { FastifyInstance } from "fastify";
import type { ClientLimits } from "../limits/client-limits.js";
import { createTrustedProxies } from "./trusted-proxies.js";

/** Closes connections beyond the limits, before a byte of them is read. A trusted proxy forwards many clients. */
export function limitConnections(
  app: FastifyInstance,
  limits: Pick<ClientLimits, "connections" | "connectionsPerAddress">,
  trustedProxies: readonly string[],
): void {
  const isTrusted = createTrustedProxies(trustedProxies);
  const open = new Map<string, number>();
  app.server.maxConnections = limits.connections;
  app.server.on("connection", (socket) => {
    const address = socket.remoteAddress ?? "";
    const count = (open.get(address) ?? 0) + 1;
    if (count > limits.connectionsPerAddress && !isTrusted(address)) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once("close", () => {
      const rest = (open.get(address) ?? 1) - 1;
      if (rest > 0) open.set(address, rest);
      else open.delete(address);
    });
  });
}
