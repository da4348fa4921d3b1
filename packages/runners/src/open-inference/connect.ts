import type { ModelManifest } from "../manifest.js";
import { ModelRefusedError, type ModelConnection } from "../remote/model-connection.js";
import { DataItemError } from "../onnx/data-item-error.js";
import type { DataItems, RunOutcome } from "../runner.js";
import { groupByShape, rowOf, stack, wholeOf } from "./batch-tensors.js";
import { openGrpcTransport } from "./grpc-transport.js";
import { openHttpTransport } from "./http-transport.js";
import { toTensors } from "./item-tensors.js";
import { parseOpenInferenceSettings, type OpenInferenceSettings } from "./open-inference-settings.js";
import type { Tensor } from "./tensor.js";

/** What the two transports of the protocol have in common. */
export interface OpenInferenceTransport {
  /** @throws Error when the server or the model is not ready. */
  checkReady(signal: AbortSignal): Promise<void>;
  /** The names of the tensors that the model takes; undefined when the server does not say. */
  inputNames(signal: AbortSignal): Promise<readonly string[] | undefined>;
  infer(inputs: readonly Tensor[], outputs: readonly string[], signal: AbortSignal): Promise<readonly Tensor[]>;
  close(): void;
}

export async function connectOpenInference(manifest: ModelManifest, address: string): Promise<ModelConnection> {
  const settings = parseOpenInferenceSettings(manifest);
  const transport = address.startsWith("grpc://")
    ? await openGrpcTransport(address, settings)
    : openHttpTransport(address, settings);
  const { outputs = [], batched = true } = settings;

  const infer = async (inputs: readonly (readonly Tensor[])[], signal: AbortSignal): Promise<RunOutcome[]> => {
    const answer = await transport.infer(batched ? stack(inputs) : (inputs[0] ?? []), outputs, signal);
    const kept = answer.filter(({ name }) => outputs.length === 0 || outputs.includes(name));
    return inputs.map((_, row) => {
      const read = (tensor: Tensor) => (batched ? rowOf(tensor, row, inputs.length) : wholeOf(tensor));
      return toOutcome(manifest, Object.fromEntries(kept.map((tensor) => [tensor.name, read(tensor)])));
    });
  };

  const run = async (batch: readonly DataItems[], signal: AbortSignal): Promise<RunOutcome[]> => {
    const outcomes: (RunOutcome | undefined)[] = batch.map(() => undefined);
    const prepared: { index: number; tensors: readonly Tensor[] }[] = [];
    for (const [index, items] of batch.entries()) {
      try {
        prepared.push({ index, tensors: await toTensors(items, settings.inputs) });
      } catch (error) {
        if (!(error instanceof DataItemError)) throw error;
        outcomes[index] = { succeeded: false, error: error.message };
      }
    }
    for (const { indexes, inputs } of groupByShape(prepared)) {
      const answers = await infer(inputs, signal);
      indexes.forEach((index, row) => (outcomes[index] = answers[row]));
    }
    return outcomes.map((one) => one ?? { succeeded: false, error: "The model gave no answer for this input." });
  };

  let wasChecked = false;
  return {
    maximumBatchSize: batched ? manifest.maximumBatchSize : 1,
    async checkReady(signal) {
      await transport.checkReady(signal);
      if (!wasChecked) checkInputs(manifest, settings, await transport.inputNames(signal));
      wasChecked = true;
    },
    run: (batch, { signal }) => run(batch, signal),
    close: () => transport.close(),
  };
}

/** A tensor that the model does not have is a mistake in the model.yaml: better said when it is loaded than with each input. */
function checkInputs(
  manifest: ModelManifest,
  settings: OpenInferenceSettings,
  names: readonly string[] | undefined,
): void {
  if (names === undefined || names.length === 0) return;
  const unknown = settings.inputs.find(({ tensor }) => !names.includes(tensor));
  if (unknown === undefined) return;
  throw new ModelRefusedError(
    `runner.inputs of the model.yaml of ${manifest.name} ${manifest.version} names the tensor ${JSON.stringify(unknown.tensor)}; the server's model ${settings.model} has ${names.map((name) => JSON.stringify(name)).join(", ")}.`,
  );
}

function toOutcome(manifest: ModelManifest, result: Readonly<Record<string, unknown>>): RunOutcome {
  const name = manifest.outputs[0]?.name ?? "results.json";
  const bytes = Buffer.from(JSON.stringify({ data: { result, explanation: null, drift: null } }));
  return { succeeded: true, outputs: { [name]: { mediaType: "application/json", bytes } } };
}
