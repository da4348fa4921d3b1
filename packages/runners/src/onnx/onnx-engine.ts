import type { InferenceSession, Tensor } from "onnxruntime-node";
import { toOutcome } from "../tensors/meaning-outcome.js";
import type { ModelManifest } from "../manifest/manifest.js";
import type { Engine, RunContext, RunOutcome } from "../runner.js";
import { DataItemError } from "../tensors/data-item-error.js";
import type { Interpretation } from "../tensors/output-meaning.js";
import type { ModelOutputs } from "../tensors/output-tensor.js";
import type { ModelInput } from "./model-input.js";
import { factsOf, groupInputs, measuresOf, runsAlone, type PreparedInput } from "./group-inputs.js";
import type { Preparation, Prepared } from "./preparation.js";

export interface OnnxModel {
  readonly inputs: readonly ModelInput[];
  readonly preparations: readonly Preparation[];
  readonly interpretation: Interpretation;
}

/** The longest input of a run has at most this many times the tokens of the shortest. */
/** An engine over an open session: what can be one batch runs as one, and no input fails another. */
export function createOnnxEngine(
  manifest: ModelManifest,
  session: InferenceSession,
  { inputs, preparations, interpretation }: OnnxModel,
): Engine {
  const resultName = manifest.outputs[0]?.name ?? "results.json";
  const fixedSize = fixedBatchSize(inputs);
  const limits = {
    isOnProcessor: manifest.gpuCount === 0,
    canPad: preparations.every(({ canPad }) => canPad !== false),
    fixedSize,
  };

  const infer = (batch: readonly PreparedInput[]): Promise<ModelOutputs> => {
    const feeds = preparations.reduce<Record<string, Tensor>>(
      (all, { tensors }, at) => Object.assign(all, tensors(batch.map((input) => input[at] as Prepared))),
      {},
    );
    return interpretation.needed === undefined ? session.run(feeds) : session.run(feeds, interpretation.needed);
  };

  const interpret = (outputs: ModelOutputs, batch: readonly PreparedInput[], everyClass: boolean): RunOutcome[] =>
    interpretation
      .interpret(outputs, batch.map(factsOf), everyClass)
      .map((meaning, row) => toOutcome(resultName, meaning, measuresOf(batch[row] ?? [])));

  /** All at once; one by one where that fails, so that an input cannot fail its neighbours. */
  const answer = async (batch: readonly PreparedInput[], context: RunContext): Promise<RunOutcome[]> => {
    // A batch that the model's file fixes is filled up with its last input.
    const filled =
      fixedSize === undefined
        ? batch
        : Array.from({ length: fixedSize }, (_, at) => batch[Math.min(at, batch.length - 1)] as PreparedInput);
    let outputs: ModelOutputs;
    try {
      outputs = await infer(filled);
    } catch (error) {
      if (batch.length === 1) {
        const reason = error instanceof Error ? error.message : String(error);
        return [{ succeeded: false, error: `The model cannot run on this input: ${reason}` }];
      }
      const outcomes: RunOutcome[] = [];
      for (const one of batch) {
        context.signal.throwIfAborted();
        outcomes.push(...(await answer([one], context)));
      }
      return outcomes;
    }
    return interpret(outputs, filled, context.everyClass ?? false).slice(0, batch.length);
  };

  return {
    name: `${manifest.identifier}-${manifest.version}`,
    async run(batch, context) {
      const outcomes: (RunOutcome | undefined)[] = batch.map(() => undefined);
      const prepared: { index: number; input: PreparedInput }[] = [];
      for (const [index, items] of batch.entries()) {
        context.signal.throwIfAborted();
        try {
          const input: Prepared[] = [];
          for (const { prepare } of preparations) input.push(await prepare(items));
          // What runs alone runs now: its values need not wait for those of its neighbours.
          if (runsAlone(input, limits)) [outcomes[index]] = await answer([input], context);
          else prepared.push({ index, input });
        } catch (error) {
          if (!(error instanceof DataItemError)) throw error;
          outcomes[index] = { succeeded: false, error: error.message };
        }
      }
      for (const group of groupInputs(prepared, limits)) {
        context.signal.throwIfAborted();
        const answers = await answer(
          group.map(({ input }) => input),
          context,
        );
        group.forEach(({ index }, row) => (outcomes[index] = answers[row]));
      }
      return outcomes.map(
        (outcome) => outcome ?? { succeeded: false, error: "The model returned nothing for this input." },
      );
    },
    close: () => session.release(),
  };
}

/** The number of inputs that the model's file fixes for every run; undefined when it leaves that open. */
function fixedBatchSize(inputs: readonly ModelInput[]): number | undefined {
  const sizes = inputs.map(({ shape }) => shape?.[0]).filter((size) => typeof size === "number");
  if (new Set(sizes).size <= 1) return sizes[0];
  throw new Error(
    `its inputs have the batch sizes ${sizes.join(", ")}, and must have one: export the model with an open first dimension.`,
  );
}
