import { createRequire } from "node:module";
import type { ModelManifest } from "../manifest/manifest.js";
import { openGrpcClient, unaryCall } from "../remote/grpc-client.js";
import type { Outbound } from "../remote/outbound.js";
import { ConnectionLostError, ModelRefusedError, type ModelConnection } from "../remote/model-connection.js";
import type { DataItems } from "../runner.js";
import { toOutcome, type OutputItem } from "./output-item.js";

const protoFile = createRequire(import.meta.url).resolve("@millrace/runners/proto/model.proto");

interface StatusResponse {
  readonly status_code: number;
  readonly message: string;
  readonly features: { readonly batch_size: number } | null;
}

interface RunRequest {
  readonly inputs: readonly { readonly input: DataItems }[];
  readonly explain: boolean;
  readonly detect_drift: boolean;
}

interface RunResponse {
  readonly status_code: number;
  readonly message: string;
  readonly outputs: readonly OutputItem[];
}

/** Speaks the gRPC container contract. Status comes first: it is what loads the model. */
export async function connectGrpcContainer(
  manifest: ModelManifest,
  address: string,
  outbound?: Outbound,
): Promise<ModelConnection> {
  const client = await openGrpcClient(protoFile, "ModzyModel", address, outbound);
  const status = unaryCall<object, StatusResponse>(client, "Status");
  const run = unaryCall<RunRequest, RunResponse>(client, "Run");
  // A server that says nothing of batches takes one input at a time.
  let maximumBatchSize = 1;
  const checkReady = async (signal: AbortSignal) => {
    const { status_code: code, message, features } = await status({}, signal);
    if (code !== 200) {
      throw new ModelRefusedError(
        `${manifest.name} ${manifest.version} cannot be loaded: its server responded with ${code}: ${message || "no reason given"}`,
      );
    }
    maximumBatchSize = Math.max(1, features?.batch_size ?? 1);
  };
  return {
    get maximumBatchSize() {
      return maximumBatchSize;
    },
    checkReady,
    async run(batch, { explain, signal }) {
      const inputs = batch.map((input) => ({ input }));
      const ask = () => run({ inputs, explain, detect_drift: false }, signal);
      const response = await ask().catch(async (error: unknown) => {
        if (signal.aborted || error instanceof ConnectionLostError) throw error;
        // A server that restarted has not loaded its model yet, and each server says so in its own words.
        await checkReady(signal);
        return ask();
      });
      if (response.outputs.length !== batch.length && response.status_code !== 200)
        throw new Error(`the server responded with ${response.status_code}: ${response.message || "no reason given"}`);
      return response.outputs.map((output) => toOutcome(manifest, output));
    },
    close: () => client.close(),
  };
}
