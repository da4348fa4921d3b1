import { join } from "node:path";
import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { ModelManifest } from "../manifest.js";
import type { DataItems, Engine, RunContext, RunOutcome, Runner } from "../runner.js";
import { classify, readLabels } from "./classification.js";
import { DataItemError } from "./data-item-error.js";
import { imageTensor, prepareImage } from "./image-tensor.js";
import { parseOnnxSettings, type OnnxSettings } from "./onnx-settings.js";
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
    const session = await InferenceSession.create(join(manifest.directory, settings.file), {
      // One thread a session: several engines beat several threads on models of this size.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
    });
    signal.throwIfAborted();
    const labels = await readLabels(manifest.directory, settings.postprocess);
    const output = session.outputMetadata[0];
    const width = output?.isTensor === true ? output.shape.at(-1) : undefined;
    // A dimension that the file leaves open has a name, and shows itself in the first run.
    if (typeof width === "number") checkLabelCount(width, labels);
    if (settings.preprocess.kind === "tokenizer") {
      const { prepare, tensors } = await createTextPreparation(manifest.directory, settings.preprocess);
      return createOnnxEngine(manifest, settings, session, labels, {
        prepare,
        feeds: tensors,
        lengthOf: (ids: TokenIds) => ids.length,
      });
    }
    const { preprocess } = settings;
    const input = session.inputNames[0] ?? "";
    if (preprocess.kind === "tabular")
      return createOnnxEngine(manifest, settings, session, labels, {
        prepare: (items: DataItems) => prepareRow(items, preprocess),
        feeds: (rows: readonly Float32Array[]) => ({ [input]: tabularTensor(rows) }),
      });
    return createOnnxEngine(manifest, settings, session, labels, {
      prepare: (items: DataItems) => prepareImage(items, preprocess),
      feeds: (pictures: readonly Float32Array[]) => ({ [input]: imageTensor(pictures, preprocess) }),
    });
  },
};

function createOnnxEngine<Prepared>(
  manifest: ModelManifest,
  { postprocess }: OnnxSettings,
  session: InferenceSession,
  labels: readonly string[],
  { prepare, feeds, lengthOf = () => 1 }: Preparation<Prepared>,
): Engine {
  const outputName = session.outputNames[0] ?? "";
  const resultName = manifest.outputs[0]?.name ?? "results.json";
  const encoder = new TextEncoder();

  const infer = async (prepared: readonly Prepared[]): Promise<Tensor | undefined> => {
    // A model may have fewer inputs than its tokenizer gives, such as no token types.
    const given = Object.entries(feeds(prepared)).filter(([name]) => session.inputNames.includes(name));
    return (await session.run(Object.fromEntries(given)))[outputName];
  };

  const interpret = (output: Tensor | undefined, count: number, everyClass: boolean): RunOutcome[] => {
    if (output === undefined || !(output.data instanceof Float32Array))
      throw new Error(`output ${JSON.stringify(outputName)} is not a float32 tensor.`);
    const { data } = output;
    const width = data.length / count;
    checkLabelCount(width, labels);
    return Array.from({ length: count }, (_, row) => {
      const values = data.subarray(row * width, (row + 1) * width);
      if (values.some(Number.isNaN))
        return { succeeded: false, error: "The model gave a score that is not a number for this input." };
      const result = classify(values, labels, everyClass ? { ...postprocess, top: labels.length } : postprocess);
      const bytes = encoder.encode(JSON.stringify(result));
      return { succeeded: true, outputs: { [resultName]: { mediaType: "application/json", bytes } } };
    });
  };

  /** All at once; one by one where that fails, so that an input cannot fail its neighbours. */
  const answer = async (prepared: readonly Prepared[], context: RunContext): Promise<RunOutcome[]> => {
    let output: Tensor | undefined;
    try {
      output = await infer(prepared);
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
    return interpret(output, prepared.length, context.everyClass ?? false);
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

function checkLabelCount(width: number, labels: readonly string[]): void {
  if (width !== labels.length)
    throw new Error(`it gives ${width} values for an input, but the number of labels is ${labels.length}.`);
}
