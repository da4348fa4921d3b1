import type { ModelManifest } from "../manifest/manifest.js";
import { ModelRefusedError, type ModelConnection } from "../remote/model-connection.js";
import type { Outbound } from "../remote/outbound.js";
import type { DataItems, RunContext, RunOutcome } from "../runner.js";
import { DataItemError } from "../tensors/data-item-error.js";
import { toOutcome } from "../tensors/meaning-outcome.js";
import { createInterpretation } from "../tensors/interpretation.js";
import type { ModelOutputs } from "../tensors/output-tensor.js";
import { groupByShape, rowOf, stack, wholeOf } from "./batch-tensors.js";
import { openGrpcTransport } from "./grpc-transport.js";
import { openHttpTransport } from "./http-transport.js";
import { prepareInput, type PreparedInput } from "./item-tensors.js";
import { parseOpenInferenceSettings, type OpenInferenceSettings } from "./open-inference-settings.js";
import type { Tensor } from "./tensor.js";

export async function connectOpenInference(
  manifest: ModelManifest,
  address: string,
  outbound?: Outbound,
): Promise<ModelConnection> {
  const settings = parseOpenInferenceSettings(manifest);
  const transport = address.startsWith("grpc://")
    ? await openGrpcTransport(address, settings, outbound)
    : openHttpTransport(address, settings, outbound);
  const { outputs = [], batched = true } = settings;
  const resultName = manifest.outputs[0]?.name ?? "results.json";

  const interpretation =
    settings.postprocess === undefined
      ? undefined
      : await createInterpretation(manifest.directory, settings.postprocess, {
          // What the server says of them may be less than what it answers.
          outputs: undefined,
          picture: settings.inputs.find((source) => source.from === "image")?.crop,
        });

  const infer = async (inputs: readonly PreparedInput[], { signal, everyClass }: RunContext): Promise<RunOutcome[]> => {
    const answer = await transport.infer(batched ? stack(inputs) : (inputs[0]?.tensors ?? []), outputs, signal);
    const kept = answer.filter(({ name }) => outputs.length === 0 || outputs.includes(name));
    const missing = outputs.find((name) => !kept.some((tensor) => tensor.name === name));
    if (missing !== undefined)
      throw new Error(
        `the server's response lacks the tensor ${JSON.stringify(missing)} of runner.outputs; it has ${namesOf(answer)}.`,
      );
    if (interpretation !== undefined)
      return interpretation
        .interpret(toModelOutputs(kept, batched), inputs, everyClass ?? false)
        .map((meaning, row) => toOutcome(resultName, meaning, inputs[row]?.pictures));
    return inputs.map(({ pictures }, row) => {
      const read = (tensor: Tensor) => (batched ? rowOf(tensor, row, inputs.length) : wholeOf(tensor));
      const result = Object.fromEntries(kept.map((tensor) => [tensor.name, read(tensor)]));
      return toOutcome(resultName, { answer: { data: { result, explanation: null, drift: null } } }, pictures);
    });
  };

  const run = async (batch: readonly DataItems[], context: RunContext): Promise<RunOutcome[]> => {
    const outcomes: (RunOutcome | undefined)[] = batch.map(() => undefined);
    const prepared: { index: number; input: PreparedInput }[] = [];
    for (const [index, items] of batch.entries()) {
      try {
        prepared.push({ index, input: await prepareInput(items, settings.inputs) });
      } catch (error) {
        if (!(error instanceof DataItemError)) throw error;
        outcomes[index] = { succeeded: false, error: error.message };
      }
    }
    for (const { indexes, inputs } of groupByShape(prepared)) {
      const answers = await infer(inputs, context);
      indexes.forEach((index, row) => (outcomes[index] = answers[row]));
    }
    return outcomes.map((one) => one ?? { succeeded: false, error: "The model returned nothing for this input." });
  };

  let wasChecked = false;
  return {
    maximumBatchSize: batched ? manifest.maximumBatchSize : 1,
    async checkReady(signal) {
      await transport.checkReady(signal);
      if (!wasChecked) checkInputs(manifest, settings, await transport.inputNames(signal));
      wasChecked = true;
    },
    run,
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
    `runner.inputs of the model.yaml of ${manifest.name} ${manifest.version} names the tensor ${JSON.stringify(unknown.tensor)}; the server's model ${settings.model} has ${namesOf(names.map((name) => ({ name })))}.`,
  );
}

/** As ONNX Runtime gives outputs: always with a batch dimension. */
function toModelOutputs(tensors: readonly Tensor[], batched: boolean): ModelOutputs {
  return Object.fromEntries(
    tensors.map(({ name, datatype, shape, data: { kind, values } }) => [
      name,
      { type: kind === "strings" ? "string" : datatype, dims: batched ? shape : [1, ...shape], data: values },
    ]),
  );
}

function namesOf(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => JSON.stringify(name)).join(", ");
}
