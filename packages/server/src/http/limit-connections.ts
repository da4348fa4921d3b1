import { BlockList, isIPv6 } from "node:net";
import type { FastifyInstance } from "fastify";
import type { ClientLimits } from "../limits/client-limits.js";

/** Closes connections beyond the limits, before a byte of them is read. A trusted proxy brings those of many clients. */
export function limitConnections(
  app: FastifyInstance,
  limits: Pick<ClientLimits, "connections" | "connectionsPerAddress">,
  trustedProxies: readonly string[],
): void {
  const proxies = new BlockList();
  for (const proxy of trustedProxies) addNetwork(proxies, proxy);
  const open = new Map<string, number>();
  app.server.maxConnections = limits.connections;
  app.server.on("connection", (socket) => {
    const address = socket.remoteAddress ?? "";
    const count = (open.get(address) ?? 0) + 1;
    if (count > limits.connectionsPerAddress && !proxies.check(address, isIPv6(address) ? "ipv6" : "ipv4")) {
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

function addNetwork(list: BlockList, network: string): void {
  const [address = "", bits] = network.split("/");
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
}
