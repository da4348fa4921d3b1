import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type NetConnectOpts } from "node:net";
import { TLSSocket } from "node:tls";
import { message } from "./hostile-postgres.js";

const sslRequest = Buffer.from("0000000804d2162f", "hex");
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** How a database takes TLS: not at all, as well as none, or only. */
export type TlsOfServer = "none" | "offered" | "demanded";

export interface TlsPostgres {
  readonly port: number;
  /** Whether each connection that signed in was encrypted. */
  readonly encrypted: boolean[];
  close(): Promise<void>;
}

/** A real PostgreSQL behind a port that takes TLS, with a self-signed certificate, as told. */
export async function startTlsPostgres(upstream: NetConnectOpts, tls: TlsOfServer): Promise<TlsPostgres> {
  const encrypted: boolean[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (first: Buffer) => {
      const asksForTls = first.equals(sslRequest);
      if (asksForTls && tls === "none") return void socket.end("N");
      if (!asksForTls && tls === "demanded")
        return void socket.end(message("E", "SFATAL\0C28000\0Mno pg_hba.conf entry for this host, no encryption\0\0"));
      if (asksForTls) socket.write("S");
      const client = asksForTls
        ? new TLSSocket(socket, { isServer: true, key: fixture("tls-1.key.pem"), cert: fixture("tls-1.cert.pem") })
        : socket;
      const database = connect(upstream);
      for (const end of [client, database]) end.on("error", () => [client, database].forEach((one) => one.destroy()));
      if (!asksForTls) {
        encrypted.push(false);
        database.write(first);
      } else client.once("secure", () => encrypted.push(true));
      client.pipe(database).pipe(client);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    encrypted,
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
}
