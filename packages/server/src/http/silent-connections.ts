import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Closes connections that have not sent a byte when the server stops. Node does not count them as idle, so each would delay the stop
 * until its time-out; clients open such connections in reserve.
 */
export function closeSilentConnections(app: FastifyInstance): void {
  const connections = new Set<Socket>();
  app.server.on("connection", (socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  app.addHook("preClose", async () => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  });
}
