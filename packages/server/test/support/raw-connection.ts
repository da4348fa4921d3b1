import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { TestServer } from "./test-server.js";

/** A connection on which a test sends what no HTTP client would. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything that was received, once the other side has ended the connection. */
  readonly received: Promise<string>;
}

export function openRaw({ url }: TestServer, sent = ""): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // What is sent to a connection that has ended is an error of no interest.
  socket.on("error", () => undefined);
  if (sent !== "") socket.write(sent);
  return { socket, received: text(socket).catch(() => "") };
}

/** The head of a request with the admin key, unless other headers say otherwise. */
export function headOf(server: TestServer, method: string, path: string, headers: Record<string, string | number>) {
  const all = { host: "test", authorization: `ApiKey ${server.apiKey}`, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${[`${method} /api${path} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`;
}
