import { decodeText, TextEncodingError } from "@millrace/contract";
import { openHttpClient, type HttpAnswer } from "../remote/http-client.js";
import type { Outbound } from "../remote/outbound.js";
import { describeValue } from "../tensors/describe-value.js";
import { serverWords } from "../remote/server-words.js";
import type { OpenInferenceSettings } from "./open-inference-settings.js";
import { fromJson, parseJson, toJson, type JsonTensor } from "./json-tensors.js";
import { decodeTensor, encodeTensor, type Tensor } from "./tensor.js";
import type { OpenInferenceTransport } from "./transport.js";

// Where the JSON ends and the binary tensors begin.
const headerLength = "inference-header-content-length";

/** The protocol over HTTP, with JSON or binary tensors. */
export function openHttpTransport(
  address: string,
  settings: OpenInferenceSettings,
  outbound?: Outbound,
): OpenInferenceTransport {
  const client = openHttpClient(address, outbound);
  const version = settings.modelVersion === undefined ? "" : `/versions/${encodeURIComponent(settings.modelVersion)}`;
  const model = `/v2/models/${encodeURIComponent(settings.model)}${version}`;
  let isBinary = settings.binary;

  /** An answer of 200, or of 404 or 405 from a server that does not know the path: not all have all of them. */
  const get = async (path: string, signal: AbortSignal): Promise<HttpAnswer> => {
    const answer = await client.send("GET", path, { signal });
    if ([200, 404, 405].includes(answer.status)) return answer;
    throw refusal(path, answer);
  };
  const getJson = async (path: string, signal: AbortSignal): Promise<unknown> => {
    const { status, bytes } = await get(path, signal);
    return status === 200 ? JSON.parse(decodeText(bytes)) : undefined;
  };

  return {
    async checkReady(signal) {
      const server = await get("/v2/health/ready", signal);
      const own = await get(`${model}/ready`, signal);
      if (own.status === 200) return;
      // A server that is ready, knows the model, and says nothing of the model's readiness.
      if (server.status === 200 && (await get(model, signal)).status === 200) return;
      throw refusal(`${model}/ready`, own);
    },
    async inputNames(signal) {
      if (isBinary === undefined) {
        const server = (await getJson("/v2", signal)) as { extensions?: unknown } | undefined;
        isBinary = Array.isArray(server?.extensions) && server.extensions.includes("binary_tensor_data");
      }
      const metadata = (await getJson(model, signal)) as { inputs?: readonly { name: string }[] | null } | undefined;
      return metadata?.inputs?.map(({ name }) => name);
    },
    async infer(inputs, outputs, signal) {
      const { headers, body } = isBinary === true ? binaryRequest(inputs, outputs) : jsonRequest(inputs, outputs);
      const answer = await client.send("POST", `${model}/infer`, { signal, headers, body });
      if (answer.status !== 200) throw new Error(`the server responded with ${answer.status}${errorOf(answer)}`);
      return readAnswer(answer);
    },
    close: () => client.close(),
  };
}

function refusal(path: string, answer: HttpAnswer): Error {
  return new Error(`GET ${path} returned ${answer.status}${errorOf(answer)}`);
}

function jsonRequest(inputs: readonly Tensor[], outputs: readonly string[]) {
  const wanted = outputs.length === 0 ? "" : `,"outputs":${JSON.stringify(outputs.map((name) => ({ name })))}`;
  const body = `{"inputs":[${inputs.map(toJson).join(",")}]${wanted}}`;
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
  const { outputs } = parseAnswer(bytes.subarray(0, headerEnd));
  if (!Array.isArray(outputs)) throw new Error("the server's response has no list of outputs.");
  let offset = headerEnd;
  return outputs.map((output: unknown) => {
    if (typeof output !== "object" || output === null)
      throw new Error(`the server's response has the output ${describeValue(output)}, which is no tensor.`);
    const tensor = output as JsonTensor;
    const size = tensor.parameters?.binary_data_size;
    if (size === undefined) return fromJson(tensor);
    const own = bytes.subarray(offset, offset + size);
    offset += size;
    return decodeTensor(tensor.name, tensor.datatype, tensor.shape, own);
  });
}

function parseAnswer(bytes: Uint8Array): { readonly outputs?: unknown } {
  let answer: unknown;
  try {
    answer = parseJson(decodeText(bytes));
  } catch (error) {
    if (error instanceof TextEncodingError)
      throw new Error(`the server's response ${error.message}.`, { cause: error });
    throw new Error(`the server's response is not JSON: ${serverWords(Buffer.from(bytes).toString("utf8"))}`, {
      cause: error,
    });
  }
  return typeof answer === "object" && answer !== null ? answer : {};
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
