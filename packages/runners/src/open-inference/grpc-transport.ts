import { createRequire } from "node:module";
import { isUnimplemented, openGrpcClient, unaryCall } from "../remote/grpc-client.js";
import type { Outbound } from "../remote/outbound.js";
import type { OpenInferenceSettings } from "./open-inference-settings.js";
import { checkedTensor, decodeTensor, encodeTensor, type Tensor } from "./tensor.js";
import type { OpenInferenceTransport } from "./transport.js";

const protoFile = createRequire(import.meta.url).resolve("@millrace/runners/proto/open-inference.proto");

interface WireTensor {
  readonly name: string;
  readonly datatype: string;
  /** 64-bit numbers come as texts, so that none is rounded. */
  readonly shape: readonly string[];
  readonly contents?: Contents | null;
}

type Contents = Readonly<Record<string, readonly (number | boolean | string | Uint8Array)[]>>;

interface InferRequest {
  readonly model_name: string;
  readonly model_version: string;
  readonly inputs: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly { readonly name: string }[];
  readonly raw_input_contents: readonly Uint8Array[];
}

interface InferResponse {
  readonly outputs: readonly WireTensor[];
  readonly raw_output_contents: readonly Uint8Array[];
}

/** The protocol over gRPC; tensors go in their raw form, which every server takes, and come back raw or typed. */
export async function openGrpcTransport(
  address: string,
  { model, modelVersion = "" }: OpenInferenceSettings,
  outbound?: Outbound,
): Promise<OpenInferenceTransport> {
  const client = await openGrpcClient(protoFile, "inference.GRPCInferenceService", address, outbound);
  const serverReady = unaryCall<object, { ready: boolean }>(client, "ServerReady");
  const modelReady = unaryCall<{ name: string; version: string }, { ready: boolean }>(client, "ModelReady");
  const metadata = unaryCall<{ name: string; version: string }, { inputs: { name: string }[] }>(
    client,
    "ModelMetadata",
  );
  const infer = unaryCall<InferRequest, InferResponse>(client, "ModelInfer");
  const place = { name: model, version: modelVersion };
  return {
    async checkReady(signal) {
      if ((await ifKnown(serverReady({}, signal)))?.ready === false) throw new Error("the server is not ready");
      if ((await ifKnown(modelReady(place, signal)))?.ready === false)
        throw new Error(`the server reports that ${model} is not ready`);
    },
    async inputNames(signal) {
      return (await ifKnown(metadata(place, signal)))?.inputs.map(({ name }) => name);
    },
    async infer(inputs, outputs, signal) {
      const request = {
        model_name: model,
        model_version: modelVersion,
        inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
        outputs: outputs.map((name) => ({ name })),
        raw_input_contents: inputs.map(encodeTensor),
      };
      const answer = await infer(request, signal);
      return answer.outputs.map((tensor, index) => readTensor(tensor, answer.raw_output_contents[index]));
    },
    close: () => client.close(),
  };
}

/** Undefined when the server does not have the method: not all have all of them. */
async function ifKnown<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isUnimplemented(error)) return undefined;
    throw error;
  }
}

function readTensor({ name, datatype, contents, ...tensor }: WireTensor, raw: Uint8Array | undefined): Tensor {
  const shape = tensor.shape.map(Number);
  if (raw !== undefined) return decodeTensor(name, datatype, shape, raw);
  const values = Object.values(contents ?? {}).find((list) => list.length > 0) ?? [];
  const data: Tensor["data"] =
    datatype === "BYTES"
      ? { kind: "strings", values: values as Uint8Array[] }
      : {
          kind: "numbers",
          values: values.map((value) => (typeof value === "string" ? BigInt(value) : (value as number))),
        };
  return checkedTensor({ name, datatype, shape, data });
}
