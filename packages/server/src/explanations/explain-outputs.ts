import type { ExplanationOptions } from "@millrace/contract";
import type { DataItems, Output } from "@millrace/runners";
import type { EnginePool, PooledVersion } from "../models/engine-pool.js";
import { explainableOf } from "./explainable.js";
import { explainInput } from "./explain-input.js";
import { readPredictions } from "./predictions.js";

export interface ExplainContext {
  readonly engines: EnginePool;
  readonly chunk: { readonly explanation: ExplanationOptions };
  readonly signal: AbortSignal;
}

/**
 * Puts an explanation into a classifier's answer that has none of its own, or `explanationNotice`, a sentence that says why there is none. An
 * answer without class scores stays as it is.
 *
 * @throws the signal's reason when aborted.
 */
export async function explainOutputs(
  { engines, chunk, signal }: ExplainContext,
  version: PooledVersion,
  items: DataItems,
  outputs: Readonly<Record<string, Output>>,
): Promise<Readonly<Record<string, Output>>> {
  const answer = readPredictions(outputs);
  const predictedClass = answer?.predictions[0]?.class;
  if (answer === undefined || predictedClass === undefined) return outputs;
  const { body, outputName } = answer;
  if (body.data.explanation !== null && body.data.explanation !== undefined) return outputs;
  const explainable = explainableOf(version.manifest);
  if (explainable === undefined) return outputs;
  const context = { explain: false, everyClass: true, signal };
  const run = async (batch: readonly DataItems[]) => (await engines.run(version, batch, context)).outcomes;
  try {
    body.data.explanation = await explainInput({
      manifest: version.manifest,
      explainable,
      items,
      predictedClass,
      options: chunk.explanation,
      run,
    });
  } catch (error) {
    signal.throwIfAborted();
    // The answer is there and stays, whatever became of its explanation.
    body.data.explanation = null;
    body.data["explanationNotice"] = error instanceof Error ? error.message : String(error);
  }
  const { mediaType } = outputs[outputName] ?? { mediaType: "application/json" };
  return { ...outputs, [outputName]: { mediaType, bytes: new TextEncoder().encode(JSON.stringify(body)) } };
}
