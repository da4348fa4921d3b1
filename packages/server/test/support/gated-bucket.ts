import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A bucket that answers when the test lets it. */
export interface GatedBucket {
  readonly endpoint: string;
  /** Requests that have come so far. */
  requestCount(): number;
  /** Answers what waits and everything that comes from now on. */
  open(): void;
  /** Lets everything that comes from now on wait. */
  shut(): void;
  close(): Promise<void>;
}

/**
 * Starts a server that gives every key the bytes of its own name, once its gate is open; keys with "missing" in them do not
 * exist. It stands in for a slow network, which cannot be had otherwise.
 */
export async function startGatedBucket(): Promise<GatedBucket> {
  let isOpen = false;
  let count = 0;
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    count += 1;
    const answer = () => {
      const key =
        decodeURIComponent(request.url ?? "")
          .split("/")
          .at(-1) ?? "";
      if (key.includes("missing")) {
        const document = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
        response.writeHead(404, { "content-type": "application/xml" }).end(document);
      } else response.writeHead(200).end(key);
    };
    if (isOpen) answer();
    else waiting.push(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestCount: () => count,
    open() {
      isOpen = true;
      for (const answer of waiting.splice(0)) answer();
    },
    shut() {
      isOpen = false;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
