import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** One GET as it came over the wire. */
export interface WireRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Counts the server's requests from 0. */
  readonly index: number;
  readonly socket: Socket;
}

export interface HostileServer {
  readonly endpoint: string;
  readonly requests: readonly WireRequest[];
  /** How many connections were opened in all. */
  readonly connectionCount: number;
  /** Resolves when the client holds no connection any more. */
  allConnectionsClosed(): Promise<void>;
  close(): Promise<void>;
}

/** A TCP server on loopback that writes whatever bytes a test wants, which no HTTP server would. */
export async function startHostileServer(respond: (request: WireRequest) => void): Promise<HostileServer> {
  const requests: WireRequest[] = [];
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  const server: Server = createServer((socket) => {
    connectionCount += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A reset by the client is what some tests want to see; nothing is to be done about it here.
    socket.on("error", () => socket.destroy());
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const request = { ...parseHead(text.slice(0, end)), index: requests.length, socket };
      text = text.slice(end + 4);
      requests.push(request);
      respond(request);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connectionCount() {
      return connectionCount;
    },
    async allConnectionsClosed() {
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A whole response with a content-length that fits, unless `headers` says otherwise. */
export function response(
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string | number> = {},
): Buffer {
  const bytes = Buffer.from(body as Uint8Array);
  const lines = Object.entries({ "content-length": bytes.length, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`), bytes]);
}

export function errorXml(code: string, more = ""): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>secret words</Message>${more}</Error>`;
}

function parseHead(head: string): { path: string; headers: Record<string, string> } {
  const [requestLine = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { path: requestLine.split(" ")[1] ?? "", headers: Object.fromEntries(headers) };
}
