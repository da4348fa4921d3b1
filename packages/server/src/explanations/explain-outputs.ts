import type { ExplanationOptions } from "@millrace/contract";
import { declaredColumns, type DataItems, type Output } from "@millrace/runners";
import type { EnginePool } from "../engines/engine-pool.js";
import type { PooledVersion } from "../engines/pooled-version.js";
import { explainableScoresOf } from "../models/explainable.js";
import type { Explainers } from "./explainers.js";
import { readPredictions } from "./predictions.js";

export interface ExplainContext {
  readonly engines: Pick<EnginePool, "run">;
  readonly explainers: Explainers;
  readonly chunk: { readonly explanation: ExplanationOptions };
  readonly signal: AbortSignal;
}

/**
 * Adds an explanation to a classifier's answer that has none, or an `explanationNotice` with the reason if that is impossible.
 * An answer without class scores stays unchanged; one with them counts, whether or not the manifest declares them.
 *
 * @throws the signal's reason when aborted.
 */
export async function explainOutputs(
  { engines, explainers, chunk, signal }: ExplainContext,
  version: PooledVersion,
  items: DataItems,
  outputs: Readonly<Record<string, Output>>,
): Promise<Readonly<Record<string, Output>>> {
  const explainable = explainableScoresOf(version.manifest);
  const answer = explainable && readPredictions(outputs);
  if (explainable === undefined || answer === undefined) return outputs;
  const { body, outputName } = answer;
  const output = outputs[outputName];
  if (output === undefined || (body.data.explanation !== null && body.data.explanation !== undefined)) return outputs;
  const context = { explain: false, everyClass: true, signal };
  const run = async (batch: readonly DataItems[]) => (await engines.run(version, batch, context)).outcomes;
  const task = {
    columns: declaredColumns(version.manifest, explainable.item),
    items,
    options: chunk.explanation,
    output: { name: outputName, bytes: new Uint8Array(output.bytes) },
  };
  let bytes: Uint8Array;
  try {
    bytes = await explainers.explain(version, task, run, signal);
  } catch (error) {
    signal.throwIfAborted();
    // Keep the answer even if its explanation failed.
    body.data.explanation = null;
    body.data["explanationNotice"] = error instanceof Error ? error.message : String(error);
    bytes = new TextEncoder().encode(JSON.stringify(body));
  }
  return { ...outputs, [outputName]: { mediaType: output.mediaType, bytes } };
}
