import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Pool } from "pg";
import { ConfigurationError } from "../errors/configuration-error.js";
import { MillraceError } from "../errors/millrace-error.js";
import { createHealthCheck } from "../http/health-check.js";
import type { OnClose } from "./on-close.js";

const plainText = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

/**
 * Answers the probes of an orchestrator without a key: `GET /livez` while this process works, `GET /readyz` while it also reaches the
 * database and its queue (503 with a sentence if not, within 2 s).
 *
 * @returns the port.
 * @throws ConfigurationError when the port cannot be had.
 */
export async function startProbes(pool: Pool, port: number, onClose: OnClose): Promise<number> {
  const check = createHealthCheck(pool);
  const answer: RequestListener = (request, response) => {
    const send = (status: number, text: string) => response.writeHead(status, plainText).end(`${text}\n`);
    if (request.method !== "GET" && request.method !== "HEAD") return send(405, "Only GET is allowed.");
    if (request.url === "/livez") return send(200, "ok");
    if (request.url !== "/readyz") return send(404, "There are /livez and /readyz.");
    check().then(
      () => send(200, "ok"),
      (error: unknown) => send(503, error instanceof MillraceError ? error.message : "Not ready; the log says why."),
    );
  };
  // Whoever reaches the port may ask: a probe is a short request on a connection of its own.
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000, maxHeaderSize: 8_192 }, answer);
  server.maxConnections = 100;
  server.listen(port);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(`Cannot listen on port ${port} (${code}): choose another MILLRACE_PROBE_PORT.`);
  }
  onClose("probes", async () => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}
