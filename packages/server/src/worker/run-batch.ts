import type { EnginePool } from "../engines/engine-pool.js";
import type { EngineOutcome, EngineRun, PooledVersion } from "../engines/pooled-version.js";
import { toFailure, type Failure } from "../errors/failure.js";
import type { ClaimedChunk, WaitingInput } from "../queue/claim-chunk.js";
import type { InputOutcome } from "../results/record-outcomes.js";
import { measureInput } from "../drift/measure-input.js";
import type { Explainers } from "../explanations/explainers.js";
import { explainOutputs } from "../explanations/explain-outputs.js";
import { storeOutputs } from "../results/store-output.js";
import type { BlobStore } from "../storage/blob-store.js";
import type { FetchedInput } from "./fetched-input.js";

export interface BatchContext {
  readonly engines: EnginePool;
  readonly explainers: Explainers;
  readonly blobs: BlobStore;
  readonly chunk: Pick<ClaimedChunk, "jobIdentifier" | "explain" | "explanation">;
  readonly signal: AbortSignal;
}

interface BatchItem {
  readonly input: WaitingInput;
  readonly fetched: FetchedInput;
}

/** Runs a batch and returns the outcome of each input; all fail if the model cannot be loaded. */
export async function runBatch(
  context: BatchContext,
  version: PooledVersion,
  batch: readonly BatchItem[],
): Promise<InputOutcome[]> {
  const start = performance.now();
  let run: EngineRun;
  try {
    run = await context.engines.run(
      version,
      batch.map(({ fetched }) => fetched.items),
      { explain: context.chunk.explain, signal: context.signal },
    );
  } catch (error) {
    context.signal.throwIfAborted();
    const failure = toFailure(error);
    return batch.map((item) => toOutcome(item, null, failure, performance.now() - start));
  }
  const runMs = performance.now() - start;
  return Promise.all(
    batch.map((item, index) =>
      finishInput(context, version, item, run.engine, run.outcomes[index], runMs, run.modelMs / batch.length),
    ),
  );
}

async function finishInput(
  context: BatchContext,
  version: PooledVersion,
  item: BatchItem,
  engine: string | null,
  outcome: EngineOutcome | undefined,
  runMs: number,
  modelMs: number,
): Promise<InputOutcome> {
  if (outcome === undefined)
    return toOutcome(
      item,
      engine,
      { code: "model.refused", message: "The model returned nothing for this input." },
      runMs,
    );
  if (!outcome.succeeded) {
    const message = outcome.error || "The model failed without an error message.";
    return toOutcome(item, engine, { code: outcome.code, message }, runMs);
  }
  const start = performance.now();
  try {
    const input = { jobIdentifier: context.chunk.jobIdentifier, position: item.input.position };
    let explainMs = 0;
    const run: EnginePool["run"] = async (...parameters) => {
      const done = await context.engines.run(...parameters);
      explainMs += done.modelMs;
      return done;
    };
    const explained = context.chunk.explain
      ? await explainOutputs({ ...context, engines: { run } }, version, item.fetched.items, outcome.outputs)
      : outcome.outputs;
    const outputs = await storeOutputs(context.blobs, input, explained, context.signal);
    const measures = await measureInput(version.manifest, item.fetched.items, outcome.outputs, outcome.pictures);
    const done = toOutcome(item, engine, null, runMs + performance.now() - start);
    return { ...done, modelMs: modelMs + explainMs, outputs, measures };
  } catch (error) {
    context.signal.throwIfAborted();
    return toOutcome(item, engine, toFailure(error), runMs);
  }
}

function toOutcome(
  { input, fetched }: BatchItem,
  engine: string | null,
  failure: Failure | null,
  runMs: number,
): InputOutcome {
  return {
    position: input.position,
    name: input.name,
    engine,
    failure,
    sizeBytes: fetched.sizeBytes,
    fetchMs: fetched.fetchMs,
    latencyMs: fetched.fetchMs + runMs,
    startedAt: fetched.startedAt,
    modelMs: 0,
    outputs: [],
    measures: [],
  };
}
