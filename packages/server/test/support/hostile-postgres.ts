import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** One message of the PostgreSQL protocol. */
export function message(type: string, body: Buffer | string = "", lengthBytes?: number): Buffer {
  const bytes = Buffer.from(body as Buffer);
  const head = Buffer.alloc(5, type, "latin1");
  head.writeUInt32BE(lengthBytes ?? bytes.byteLength + 4, 1);
  return Buffer.concat([head, bytes]);
}

export const signedIn = message("R", Buffer.alloc(4));
export const ready = message("Z", "I");
export const done = message("C", "OK\0");

/** The names of the columns of the rows that follow, all of type text. */
export function columns(...names: readonly string[]): Buffer {
  const fields = names.map((name) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      Buffer.from("000000000000" + "00000019" + "ffff" + "ffffffff" + "0000", "hex").subarray(0, 18),
    ]),
  );
  const count = Buffer.alloc(2);
  count.writeUInt16BE(names.length);
  return message("T", Buffer.concat([count, ...fields]));
}

export function row(...cells: readonly (string | Buffer)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(cells.length);
  const parts = cells.flatMap((cell) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(cell as Buffer));
    return [length, Buffer.from(cell as Buffer)];
  });
  return message("D", Buffer.concat([count, ...parts]));
}

/** What a test's server does at each stage; left out, it behaves. */
export interface Behaviour {
  readonly onStartup?: (socket: Socket) => void;
  readonly onBegin?: (socket: Socket) => void;
  readonly onDeclare?: (socket: Socket) => void;
  readonly onFetch?: (socket: Socket, index: number) => void;
}

export interface HostilePostgres {
  readonly port: number;
  /** Connections that clients still hold. */
  openConnections(): number;
}

/** Asks for TLS, which this server does not have. */
const sslRequest = Buffer.from("0000000804d2162f", "hex");

/** A server that speaks just enough of the protocol to misbehave; it ends with the test. */
export async function startHostilePostgres(behaviour: Behaviour): Promise<HostilePostgres> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    let hasStarted = false;
    let fetches = 0;
    socket.on("data", (bytes) => {
      const text = bytes.toString("latin1");
      if (bytes.equals(sslRequest)) return void socket.end("N");
      if (!hasStarted) {
        hasStarted = true;
        if (behaviour.onStartup !== undefined) behaviour.onStartup(socket);
        else socket.write(Buffer.concat([signedIn, ready]));
      } else if (text.includes("BEGIN")) {
        if (behaviour.onBegin !== undefined) behaviour.onBegin(socket);
        else socket.write(Buffer.concat([done, ready]));
      } else if (text.includes("pg_tables")) {
        // Whether it is Millrace's own database: it is not.
        socket.write(Buffer.concat([columns("found"), done, ready]));
      } else if (text.includes("DECLARE")) {
        if (behaviour.onDeclare !== undefined) behaviour.onDeclare(socket);
        else socket.write(Buffer.concat([message("1"), message("2"), message("n"), done, ready]));
      } else if (text.includes("FETCH")) {
        if (behaviour.onFetch !== undefined) behaviour.onFetch(socket, fetches++);
        else socket.write(Buffer.concat([columns("input"), done, ready]));
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, openConnections: () => sockets.size };
}

/** Writes the same bytes again and again, as fast as they are taken. */
export function flood(socket: Socket, bytes: Buffer): void {
  const many = Buffer.concat(Array.from({ length: Math.ceil(2 ** 16 / bytes.byteLength) }, () => bytes));
  const pump = () => {
    while (socket.writable && !socket.destroyed) if (!socket.write(many)) return void socket.once("drain", pump);
  };
  pump();
}
