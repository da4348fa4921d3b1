import { join } from "node:path";
import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { ModelManifest } from "../manifest.js";
import type { DataItems, Engine, RunContext, RunOutcome, Runner } from "../runner.js";
import { DataItemError } from "./data-item-error.js";
import { imageTensor, prepareImage, type PreparedPicture } from "./image-tensor.js";
import { createInterpretation, type Interpret } from "./interpretation.js";
import { parseOnnxSettings } from "./onnx-settings.js";
import type { ModelOutputs } from "./output-tensor.js";
import { prepareRow, tabularTensor } from "./tabular-tensor.js";
import { createTextPreparation, type TokenIds } from "./token-tensors.js";

/** How the data items of a batch become the model's inputs. */
interface Preparation<Prepared> {
  readonly prepare: (items: DataItems) => Promise<Prepared> | Prepared;
  readonly feeds: (prepared: readonly Prepared[]) => Record<string, Tensor>;
  /** The length of one, where those of a batch are padded to the longest; all have the same when not there. */
  readonly lengthOf?: (prepared: Prepared) => number;
}

/** The longest input of a run has at most so many times the tokens of the shortest. */
const mostPadding = 1.15;

/** Runs ONNX files with declared pre- and post-processing: `runner: {kind: onnx, file, preprocess, postprocess}`. */
export const onnxRunner: Runner = {
  kind: "onnx",
  async load(manifest, signal) {
    const settings = parseOnnxSettings(manifest);
    const session = await openSession(manifest, settings.file);
    signal.throwIfAborted();
    const interpret = await createInterpretation(manifest.directory, settings, session);
    const { preprocess } = settings;
    const [input = ""] = session.inputNames;
    if (preprocess.kind === "tokenizer") {
      const { prepare, tensors } = await createTextPreparation(manifest.directory, preprocess);
      const preparation = { prepare, feeds: tensors, lengthOf: (ids: TokenIds) => ids.length };
      return createOnnxEngine(manifest, session, interpret, preparation);
    }
    if (preprocess.kind === "tabular")
      return createOnnxEngine(manifest, session, interpret, {
        prepare: (items: DataItems) => prepareRow(items, preprocess),
        feeds: (rows: readonly Float32Array[]) => ({ [input]: tabularTensor(rows) }),
      });
    return createOnnxEngine(manifest, session, interpret, {
      prepare: (items: DataItems) => prepareImage(items, preprocess),
      feeds: (pictures: readonly PreparedPicture[]) => ({
        [input]: imageTensor(
          pictures.map(({ values }) => values),
          preprocess,
        ),
      }),
    });
  },
};

/** On the GPU when model.yaml asks for one. */
async function openSession({ directory, gpuCount }: ModelManifest, file: string): Promise<InferenceSession> {
  const path = join(directory, file);
  const options = {
    // One thread a session: several engines beat several threads on models of this size.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  } as const;
  if (gpuCount === 0) return InferenceSession.create(path, options);
  try {
    return await InferenceSession.create(path, { ...options, executionProviders: ["cuda", "cpu"] });
  } catch (error) {
    throw new Error(
      `resources.gpu.count of its model.yaml is ${gpuCount}, and it cannot be loaded with CUDA (${(error as Error).message}): run ` +
        '"npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12" on a machine with CUDA 12 and cuDNN 9, or set the count to 0.',
      { cause: error },
    );
  }
}

function createOnnxEngine<Prepared>(
  manifest: ModelManifest,
  session: InferenceSession,
  interpretOutputs: Interpret<unknown>,
  { prepare, feeds, lengthOf = () => 1 }: Preparation<Prepared>,
): Engine {
  const resultName = manifest.outputs[0]?.name ?? "results.json";
  const encoder = new TextEncoder();

  const infer = (prepared: readonly Prepared[]): Promise<ModelOutputs> => {
    // A model may have fewer inputs than its tokenizer gives, such as no token types.
    const given = Object.entries(feeds(prepared)).filter(([name]) => session.inputNames.includes(name));
    return session.run(Object.fromEntries(given));
  };

  const interpret = (outputs: ModelOutputs, prepared: readonly Prepared[], everyClass: boolean): RunOutcome[] =>
    interpretOutputs(outputs, prepared, everyClass).map((result) => {
      if (result instanceof Error) return { succeeded: false, error: result.message };
      const bytes = encoder.encode(JSON.stringify(result));
      return { succeeded: true, outputs: { [resultName]: { mediaType: "application/json", bytes } } };
    });

  /** All at once; one by one where that fails, so that an input cannot fail its neighbours. */
  const answer = async (prepared: readonly Prepared[], context: RunContext): Promise<RunOutcome[]> => {
    let outputs: ModelOutputs;
    try {
      outputs = await infer(prepared);
    } catch (error) {
      if (prepared.length === 1) {
        const reason = error instanceof Error ? error.message : String(error);
        return [{ succeeded: false, error: `The model cannot run on this input: ${reason}` }];
      }
      const outcomes: RunOutcome[] = [];
      for (const one of prepared) {
        context.signal.throwIfAborted();
        outcomes.push(...(await answer([one], context)));
      }
      return outcomes;
    }
    return interpret(outputs, prepared, context.everyClass ?? false);
  };

  return {
    name: `${manifest.identifier}-${manifest.version}`,
    async run(batch, context) {
      const outcomes: (RunOutcome | undefined)[] = batch.map(() => undefined);
      const prepared: { index: number; value: Prepared }[] = [];
      for (const [index, items] of batch.entries()) {
        context.signal.throwIfAborted();
        try {
          prepared.push({ index, value: await prepare(items) });
        } catch (error) {
          if (!(error instanceof DataItemError)) throw error;
          outcomes[index] = { succeeded: false, error: error.message };
        }
      }
      for (const group of groupByLength(prepared, ({ value }) => lengthOf(value))) {
        context.signal.throwIfAborted();
        const answers = await answer(
          group.map(({ value }) => value),
          context,
        );
        group.forEach(({ index }, row) => (outcomes[index] = answers[row]));
      }
      return outcomes.map(
        (outcome) => outcome ?? { succeeded: false, error: "The model gave no answer for this input." },
      );
    },
    close: () => session.release(),
  };
}

/** Padding costs as much as text: only inputs of nearly one length are run together. */
function groupByLength<Item>(items: readonly Item[], lengthOf: (item: Item) => number): Item[][] {
  const sorted = [...items].sort((a, b) => lengthOf(a) - lengthOf(b));
  const groups: Item[][] = [];
  let shortest = 0;
  for (const item of sorted) {
    const group = groups.at(-1);
    if (group !== undefined && lengthOf(item) <= shortest * mostPadding) group.push(item);
    else {
      groups.push([item]);
      shortest = lengthOf(item);
    }
  }
  return groups;
}
