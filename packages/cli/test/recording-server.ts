import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A server that answers as a test says and keeps what it was sent. */
export interface RecordingServer {
  readonly url: string;
  readonly bodies: string[];
  close(): void;
}

/** @param answer what to answer a request, by its method and path. */
export async function startRecordingServer(
  answer: (route: string) => { readonly type: string; readonly body: string },
): Promise<RecordingServer> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      const found = answer(`${request.method} ${request.url}`);
      response.writeHead(200, { "content-type": found.type }).end(found.body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    close: () => void server.close(),
  };
}
