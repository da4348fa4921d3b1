import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openHttpTransport } from "../../../packages/runners/src/open-inference/http-transport.ts";
import { rowOf, wholeOf } from "../../../packages/runners/src/open-inference/batch-tensors.ts";
import { fromJson, parseJson, toJson } from "../../../packages/runners/src/open-inference/json-tensors.ts";
import type { OpenInferenceSettings } from "../../../packages/runners/src/open-inference/open-inference-settings.ts";
import { jsonWords } from "../json-words.ts";
import { holds, rejectsOnly, throwsOnly, type FuzzTarget } from "../target.ts";

let answer: Buffer = Buffer.alloc(0);
let headerLength = "";
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, headerLength === "" ? {} : { "inference-header-content-length": headerLength }).end(answer);
}).listen(0, "127.0.0.1");
await once(server, "listening");
server.unref();
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const transport = openHttpTransport(address, { model: "m", binary: false } as unknown as OpenInferenceSettings);

const tensor = (more: object) => ({ name: "scores", datatype: "FP32", shape: [1, 2], ...more });
const binaryHeader = JSON.stringify({
  outputs: [
    tensor({ parameters: { binary_data_size: 8 } }),
    { name: "s", datatype: "BYTES", shape: [1], parameters: { binary_data_size: 6 } },
  ],
});

/** The answer of a model server; its first line is the length of its JSON, where tensors in binary follow. */
export const target: FuzzTarget = {
  seeds: [
    `\n${JSON.stringify({ outputs: [tensor({ data: [0.1, 0.9] }), { name: "n", datatype: "INT64", shape: [2], data: [1, 2] }] })}`,
    '\n{"outputs":[{"name":"a","datatype":"FP64","shape":[3],"data":[NaN,-Infinity,12345678901234567]},{"name":"b","datatype":"BYTES","shape":[1],"data":["NaN"]}]}',
    `${binaryHeader.length}\n${binaryHeader}12345678\u0002\u0000\u0000\u0000hi`,
    '\n{"outputs":[null]}',
    '\n{"outputs":[{"name":"a","datatype":"BYTES","shape":[1],"data":[{"toString":null,"valueOf":null}]}]}',
    `\n{"outputs":[{"name":"a","datatype":"FP32","shape":[1],"data":${"[".repeat(9_000)}1${"]".repeat(9_000)}}]}`,
    `\n{"outputs":[{"name":"a","datatype":"FP32","shape":[1],"data":[${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}]}]}`,
  ],
  dictionary: [
    ...jsonWords,
    '"outputs":',
    '"data":',
    '"shape":',
    '"datatype":',
    '"parameters":',
    '"binary_data_size":',
    "NaN",
    "-Infinity",
    "FP16",
    "BOOL",
    "UINT8",
    "BYTES",
    "[0,1000000000]",
  ],
  async run(data) {
    const end = data.indexOf("\n");
    [headerLength, answer] = [
      data
        .subarray(0, Math.max(0, end))
        .toString("latin1")
        .replace(/[^\x21-\x7e]/g, ""),
      data.subarray(end + 1),
    ];
    const tensors = (await rejectsOnly([Error], () => transport.infer([], [], AbortSignal.timeout(60_000)))) ?? [];
    for (const one of tensors) {
      holds(
        one.shape.reduce((product, size) => product * size, 1) === one.data.values.length,
        "a shape fits its values",
      );
      JSON.stringify(throwsOnly([Error], () => rowOf(one, 0, one.shape[0] ?? 1)));
      JSON.stringify(wholeOf(one));
      if (typeof one.name !== "string" || one.datatype === "BYTES") continue;
      const again = throwsOnly([Error], () => fromJson(parseJson(toJson(one)) as never));
      holds(again === undefined || again.data.values.length === one.data.values.length, "a tensor comes back");
    }
  },
};
