// The bucket, in a process of its own: answers GETs from memory with as little work as can be, for both sides alike.
// Parameters NAME=FOLDER add the files of other folders.
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";

const texts = new URL("../../examples/data/texts/", import.meta.url);

const responses: Record<string, Buffer[]> = {
  bytes: [responseWith(Buffer.alloc(1024, "x"))],
  texts: responsesOf(texts),
};
for (const parameter of process.argv.slice(2)) {
  const [name = "", folder = ""] = parameter.split("=", 2);
  responses[name] = responsesOf(pathToFileURL(`${folder}/`));
}
const notFound = Buffer.from("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");

const server = createServer({ noDelay: true }, (socket) => {
  let head = "";
  socket.on("data", (chunk) => {
    head += chunk.toString("latin1");
    if (!head.endsWith("\r\n\r\n")) return;
    // GET /bench-latency/folder/index.txt HTTP/1.1
    const [, bucket = "", folder = "", file = ""] = head.slice(0, head.indexOf(" HTTP/")).split("/");
    head = "";
    const known = responses[folder] ?? [];
    const response = known[Number.parseInt(file, 10) % known.length] ?? notFound;
    const latencyMs = Number(bucket.split("-")[1]);
    if (latencyMs > 0) setTimeout(() => socket.write(response), latencyMs);
    else socket.write(response);
  });
  // A client that is done may reset its connections.
  socket.on("error", () => socket.destroy());
});
// Nobody is left to ask when the benchmark has died.
process.once("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));

function responsesOf(folder: URL): Buffer[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => responseWith(readFileSync(new URL(name, folder))));
}

function responseWith(body: Buffer): Buffer {
  const head =
    `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\ncontent-type: text/plain\r\n` +
    `etag: "d41d8cd98f00b204e9800998ecf8427e"\r\nx-amz-request-id: 0123456789ABCDEF\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
