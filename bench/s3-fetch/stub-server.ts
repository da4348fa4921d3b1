// Serves GETs from memory in a process of its own, with as little work as can be, so that it is not what is measured.
// The size of an object is the number before the slash in its key: /bucket/16384/object-1.bin.
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

const responses = new Map<string, Buffer>();

function responseOf(size: string): Buffer {
  let response = responses.get(size);
  if (response === undefined) {
    const head =
      `HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\ncontent-type: application/octet-stream\r\n` +
      `etag: "d41d8cd98f00b204e9800998ecf8427e"\r\nx-amz-request-id: 0123456789ABCDEF\r\n\r\n`;
    response = Buffer.concat([Buffer.from(head), Buffer.alloc(Number(size), "x")]);
    responses.set(size, response);
  }
  return response;
}

const server = createServer({ noDelay: true }, (socket) => {
  let head = "";
  socket.on("data", (chunk) => {
    head += chunk.toString("latin1");
    if (!head.endsWith("\r\n\r\n")) return;
    const size = head.slice(0, head.indexOf(" HTTP/")).split("/")[2] ?? "";
    head = "";
    socket.write(responseOf(size));
  });
  // A client that is done may reset its connections.
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
