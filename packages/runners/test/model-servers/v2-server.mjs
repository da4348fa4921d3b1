// A server of the Open Inference Protocol v2 over HTTP, for tests. Its model "sums" takes numbers (FP32, [-1, 3]) and words
// (BYTES, [-1, 1]) and answers the sum of each row (FP64) and its word reversed (BYTES).
import { createServer } from "node:http";
import { once } from "node:events";

const tensors = [
  { name: "numbers", datatype: "FP32", shape: [-1, 3] },
  { name: "words", datatype: "BYTES", shape: [-1, 1] },
];

/** `answer` makes what is answered to an inference from what was sent, as text; `lacks` are paths that the server does not know. */
export async function startV2Server({ binary = true, answer, lacks = [] } = {}) {
  const seen = { infers: 0, rows: [], binaryRequests: 0 };
  const server = createServer((request, response) => void handle(request, response));

  async function handle(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const json = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const { method, url } = request;
    if (lacks.includes(url)) return json(404, { error: `no route ${url}` });
    if (url === "/v2")
      return json(200, { name: "test", version: "1", extensions: binary ? ["binary_tensor_data"] : [] });
    if (url === "/v2/health/ready" || url === "/v2/models/sums/ready") return json(200, {});
    if (url === "/v2/models/sums") return json(200, { name: "sums", platform: "test", inputs: tensors, outputs: [] });
    if (method !== "POST" || url !== "/v2/models/sums/infer") return json(404, { error: `no model at ${url}` });
    const body = Buffer.concat(chunks);
    if (answer === undefined) return infer(body, request, response, json);
    const { text, headers = {} } = answer(body, request.headers);
    response.writeHead(200, headers);
    response.end(text);
  }

  function infer(body, request, response, json) {
    seen.infers += 1;
    const headerLength = Number(request.headers["inference-header-content-length"] ?? body.length);
    const header = JSON.parse(body.subarray(0, headerLength).toString());
    let offset = headerLength;
    const read = {};
    for (const { name, data, parameters } of header.inputs) {
      if (parameters?.binary_data_size === undefined) {
        read[name] = data;
        continue;
      }
      seen.binaryRequests += 1;
      const own = body.subarray(offset, offset + parameters.binary_data_size);
      offset += own.length;
      read[name] = name === "words" ? readStrings(own) : readFloats(own);
    }
    const rows = header.inputs[0].shape[0];
    seen.rows.push(rows);
    // A model.yaml may send the numbers alone.
    const words = read.words ?? Array.from({ length: rows }, () => "");
    if (words.includes("poison")) return json(500, { error: "the model raised" });
    const sums = Array.from({ length: rows }, (_, row) =>
      read.numbers.slice(row * 3, row * 3 + 3).reduce((a, b) => a + b, 0),
    );
    const reversed = words.map((word) => [...word].reverse().join(""));
    if (header.parameters?.binary_data_output !== true) {
      return json(200, {
        model_name: "sums",
        outputs: [
          { name: "sum", datatype: "FP64", shape: [rows], data: sums },
          { name: "reversed", datatype: "BYTES", shape: [rows, 1], data: reversed },
        ],
      });
    }
    const sumBytes = Buffer.alloc(8 * rows);
    sums.forEach((sum, row) => sumBytes.writeDoubleLE(sum, row * 8));
    const wordBytes = Buffer.concat(
      reversed.flatMap((word) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(Buffer.byteLength(word));
        return [length, Buffer.from(word)];
      }),
    );
    const answer = Buffer.from(
      JSON.stringify({
        model_name: "sums",
        outputs: [
          { name: "sum", datatype: "FP64", shape: [rows], parameters: { binary_data_size: sumBytes.length } },
          { name: "reversed", datatype: "BYTES", shape: [rows, 1], parameters: { binary_data_size: wordBytes.length } },
        ],
      }),
    );
    response.writeHead(200, { "inference-header-content-length": String(answer.length) });
    response.end(Buffer.concat([answer, sumBytes, wordBytes]));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    seen,
    close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))),
  };
}

function readFloats(bytes) {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

function readStrings(bytes) {
  const strings = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = bytes.readUInt32LE(offset);
    strings.push(bytes.subarray(offset + 4, offset + 4 + length).toString());
    offset += 4 + length;
  }
  return strings;
}
