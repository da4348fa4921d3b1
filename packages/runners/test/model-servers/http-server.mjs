// A server of the HTTP container contract, for tests: answers the length of each input's file.
import { createServer } from "node:http";
import { once } from "node:events";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export async function startHttpServer({ port = 0, loads = true } = {}) {
  const bodies = [];
  const server = createServer((request, response) => void handle(request, response));

  async function handle(request, response) {
    const answer = (statusCode, status, message) => {
      response.writeHead(statusCode, { "content-type": "application/json" });
      response.end(JSON.stringify({ statusCode, status, message }));
    };
    if (request.method === "GET" && request.url === "/status")
      return loads ? answer(200, "OK", "ready") : answer(500, "Internal Server Error", "no weights.bin");
    if (request.method !== "POST" || request.url !== "/run") return answer(404, "Not Found", "no such route");
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    bodies.push({ ...body, contentType: request.headers["content-type"] });
    const bytes = await readFile(`${body.input}/input`);
    const output = `${body.output}/results.json`;
    switch (bytes.toString()) {
      case "refuse":
        return answer(422, "Unprocessable Entity", "not a picture");
      case "silent":
        return answer(200, "OK", "");
      case "link":
        await symlink("/etc/passwd", output);
        return answer(200, "OK", "");
      case "huge":
        await writeFile(output, Buffer.alloc(5_000));
        return answer(200, "OK", "");
      case "plain":
        response.writeHead(500);
        return response.end("Traceback: out of luck");
      case "drop":
        return request.socket.destroy();
      case "hang":
        return;
    }
    await writeFile(output, JSON.stringify({ sizeBytes: bytes.length }));
    answer(200, "OK", "done");
  }
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${server.address().port}`,
    bodies,
    close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await startHttpServer({ port: Number(process.env.PSC_MODEL_PORT) });
