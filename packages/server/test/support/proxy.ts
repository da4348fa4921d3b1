import { once } from "node:events";
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Socket } from "node:net";

/** A network of one wire: it can be cut, silent or cut in the middle of an answer. */
export interface Proxy {
  readonly port: number;
  /** Ends every connection; with `refuse`, new ones end at once until `heal`. */
  cut(options?: { refuse: boolean }): void;
  /** Nothing goes through until `heal`; connections stay open. */
  silence(): void;
  /** The connections that there are swallow what is sent and never end; new ones work. */
  blackHole(): void;
  /** The connections that there are end after so many more bytes of answers. */
  truncateAfter(bytes: number): void;
  heal(): void;
  close(): Promise<void>;
}

export async function startProxy(target: NetConnectOpts): Promise<Proxy> {
  const pairs = new Set<[client: Socket, upstream: Socket]>();
  /** Of those in a black hole only this side is left. */
  const lost = new Set<Socket>();
  let isRefusing = false;
  let isSilent = false;
  const server = createServer((client) => {
    if (isRefusing) return client.destroy();
    const upstream = connect(target);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    const end = () => {
      if (lost.has(client)) return;
      client.destroy();
      upstream.destroy();
      pairs.delete(pair);
    };
    for (const socket of pair) socket.on("error", end).on("close", end);
    client.pipe(upstream).pipe(client);
    if (isSilent) hush(pair);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const hush = ([client, upstream]: [Socket, Socket]) => {
    client.unpipe(upstream);
    upstream.unpipe(client);
  };
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut({ refuse } = { refuse: false }) {
      isRefusing = refuse;
      cut();
    },
    silence() {
      isSilent = true;
      for (const pair of pairs) hush(pair);
    },
    blackHole() {
      for (const pair of pairs) {
        hush(pair);
        const [client, upstream] = pair;
        pairs.delete(pair);
        lost.add(client);
        client.resume();
        upstream.destroy();
      }
    },
    truncateAfter(bytes) {
      for (const [client, upstream] of pairs) {
        let rest = bytes;
        upstream.on("data", (chunk: Buffer) => {
          rest -= chunk.length;
          if (rest <= 0) client.destroy();
        });
      }
    },
    heal() {
      isRefusing = false;
      if (isSilent) for (const [client, upstream] of pairs) client.pipe(upstream).pipe(client);
      isSilent = false;
    },
    async close() {
      cut();
      for (const client of lost) client.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
