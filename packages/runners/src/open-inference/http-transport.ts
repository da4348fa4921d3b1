import { openHttpClient, type HttpAnswer } from "../remote/http-client.js";
import { serverWords } from "../remote/server-words.js";
import type { OpenInferenceTransport } from "./connect.js";
import type { OpenInferenceSettings } from "./open-inference-settings.js";
import { checkedTensor, decodeTensor, encodeTensor, type Tensor } from "./tensor.js";

interface WireTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters?: { readonly binary_data_size?: number };
  readonly data?: readonly unknown[] | null;
}

// Where the JSON ends and the binary tensors begin.
const headerLength = "inference-header-content-length";

/** The protocol over HTTP, with JSON or binary tensors. */
export function openHttpTransport(address: string, settings: OpenInferenceSettings): OpenInferenceTransport {
  const client = openHttpClient(address);
  const version = settings.modelVersion === undefined ? "" : `/versions/${encodeURIComponent(settings.modelVersion)}`;
  const model = `/v2/models/${encodeURIComponent(settings.model)}${version}`;
  let isBinary = settings.binary;

  const get = async (path: string, signal: AbortSignal): Promise<HttpAnswer> => {
    const answer = await client.send("GET", path, { signal });
    if (answer.status !== 200) throw new Error(`GET ${path} is answered with ${answer.status}${errorOf(answer)}`);
    return answer;
  };

  return {
    async checkReady(signal) {
      await get("/v2/health/ready", signal);
      await get(`${model}/ready`, signal);
    },
    async inputNames(signal) {
      if (isBinary === undefined) {
        const { extensions } = readJson(await get("/v2", signal)) as { extensions?: unknown };
        isBinary = Array.isArray(extensions) && extensions.includes("binary_tensor_data");
      }
      const metadata = readJson(await get(model, signal)) as { inputs?: readonly { name: string }[] | null };
      return metadata.inputs?.map(({ name }) => name);
    },
    async infer(inputs, outputs, signal) {
      const { headers, body } = isBinary === true ? binaryRequest(inputs, outputs) : jsonRequest(inputs, outputs);
      const answer = await client.send("POST", `${model}/infer`, { signal, headers, body });
      if (answer.status !== 200) throw new Error(`the server answers ${answer.status}${errorOf(answer)}`);
      return readAnswer(answer);
    },
    close: () => client.close(),
  };
}

function jsonRequest(inputs: readonly Tensor[], outputs: readonly string[]) {
  const body = JSON.stringify({
    inputs: inputs.map(({ name, datatype, shape, data }) => ({ name, datatype, shape, data: toJsonData(data) })),
    ...(outputs.length === 0 ? {} : { outputs: outputs.map((name) => ({ name })) }),
  });
  return { headers: { "content-type": "application/json" }, body };
}

function binaryRequest(inputs: readonly Tensor[], outputs: readonly string[]) {
  const encoded = inputs.map((tensor) => ({ tensor, bytes: encodeTensor(tensor) }));
  const header = Buffer.from(
    JSON.stringify({
      inputs: encoded.map(({ tensor: { name, datatype, shape }, bytes }) => ({
        name,
        datatype,
        shape,
        parameters: { binary_data_size: bytes.byteLength },
      })),
      parameters: { binary_data_output: true },
      ...(outputs.length === 0
        ? {}
        : { outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })) }),
    }),
  );
  return {
    headers: { "content-type": "application/octet-stream", [headerLength]: String(header.byteLength) },
    body: Buffer.concat([header, ...encoded.map(({ bytes }) => bytes)]),
  };
}

function readAnswer({ headers, bytes }: HttpAnswer): Tensor[] {
  const length = headers[headerLength];
  const headerEnd = length === undefined ? bytes.byteLength : Number(length);
  const { outputs } = JSON.parse(Buffer.from(bytes.subarray(0, headerEnd)).toString("utf8")) as {
    outputs?: readonly WireTensor[] | null;
  };
  if (!Array.isArray(outputs)) throw new Error("the server's answer has no list of outputs.");
  let offset = headerEnd;
  return (outputs as readonly WireTensor[]).map((tensor) => {
    const size = tensor.parameters?.binary_data_size;
    if (size === undefined) return fromJsonData(tensor);
    const own = bytes.subarray(offset, offset + size);
    offset += size;
    return decodeTensor(tensor.name, tensor.datatype, tensor.shape, own);
  });
}

function toJsonData(data: Tensor["data"]): unknown[] {
  return data.kind === "strings"
    ? data.values.map((value) => Buffer.from(value).toString("utf8"))
    : Array.from(data.values, (value) => (typeof value === "bigint" ? Number(value) : value));
}

function fromJsonData({ name, datatype, shape, data }: WireTensor): Tensor {
  if (!Array.isArray(data)) throw new Error(`tensor ${JSON.stringify(name)} of the answer has no list of data.`);
  const flat = data.flat(Infinity) as (number | boolean | string)[];
  if (datatype !== "BYTES")
    return checkedTensor({ name, datatype, shape, data: { kind: "numbers", values: flat as (number | boolean)[] } });
  const values = flat.map((value) => Buffer.from(String(value)));
  return checkedTensor({ name, datatype, shape, data: { kind: "strings", values } });
}

function readJson({ bytes }: HttpAnswer): unknown {
  return JSON.parse(Buffer.from(bytes).toString("utf8"));
}

/** `{"error": "..."}`, as the protocol says, or whatever came instead. */
function errorOf({ bytes }: HttpAnswer): string {
  const text = Buffer.from(bytes).toString("utf8");
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string") return `: ${error}`;
  } catch {
    return `: ${serverWords(text)}`;
  }
  return `: ${serverWords(text)}`;
}
