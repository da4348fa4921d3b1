import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { isDatabaseOutage } from "../database/outage.js";
import { toFailure, type Failure } from "../errors/failure.js";
import { fetchInput } from "../inputs/fetch-input.js";
import type { FetchClients } from "../inputs/sources/input-source.js";
import type { Explainers } from "../explanations/explainers.js";
import type { JobChanges } from "../jobs/job-changes.js";
import { openAccess } from "../jobs/credentials.js";
import type { EnginePool } from "../engines/engine-pool.js";
import type { PooledVersion } from "../engines/pooled-version.js";
import type { ChunkTask } from "../queue/chunk-task.js";
import { claimChunk, readDataItems, type ClaimedChunk, type WaitingInput } from "../queue/claim-chunk.js";
import { deathsUntilOneByOne } from "../queue/unlock-dead-workers.js";
import type { InputOutcome } from "../results/record-outcomes.js";
import type { SecretBox } from "../storage/secret-box.js";
import type { Log } from "../telemetry/log.js";
import type { ByteBudget } from "./byte-budget.js";
import { createFetchAhead, type FetchAhead, type Fetched } from "./fetch-ahead.js";
import { ChunkLostError } from "./hand-back-error.js";
import type { FetchedInput } from "./fetched-input.js";
import { createRecorder, type Recorder } from "./recorder.js";
import { JobStoppedError } from "./running-jobs.js";
import { runBatch } from "./run-batch.js";
import { startTurn } from "./turn.js";

export interface ChunkParts extends FetchClients {
  readonly pool: Pool;
  readonly changes: JobChanges;
  readonly secrets: SecretBox;
  readonly engines: EnginePool;
  readonly explainers: Explainers;
  readonly budget: ByteBudget;
  readonly log: Log;
  /** @throws Error with a sentence when this worker cannot run the version. */
  readonly pooledVersion: (identifier: string, version: string) => Promise<PooledVersion>;
  /** How long a chunk runs before it yields to another job; 5 s. */
  readonly turnMs: number | undefined;
}

/** A fetch failed; keeps what is reported with the failure. */
class FetchFailure {
  constructor(
    readonly cause: unknown,
    readonly startedAt: Date,
    readonly fetchMs: number,
  ) {}
}

// Inputs of one chunk that are being fetched or wait for the model.
const fetchConcurrency = 64;

/**
 * Runs the unfinished inputs of one chunk: fetches ahead of the model, runs fetched inputs in batches, and records outcomes
 * meanwhile. Each input fails alone.
 *
 * A chunk that killed workers runs one input at a time, so that the input at fault is found and fails alone.
 *
 * @param mustYield called periodically once the chunk has run for `turnMs`: whether it must yield to another job.
 * @throws the signal's reason when aborted; what was recorded by then stays. ChunkLostError if another worker holds the
 *   chunk by now; HandBackError if it must yield to another job.
 */
export async function runChunk(
  task: ChunkTask,
  parts: ChunkParts,
  signal: AbortSignal,
  mustYield: () => Promise<boolean>,
): Promise<void> {
  const holder = randomUUID();
  const chunk = await claimChunk(parts.pool, task, holder);
  if (chunk === undefined || chunk.inputs.length === 0) return;
  const lost = new AbortController();
  const noteChange = () => parts.changes.note(task.jobId);
  noteChange();
  const recorder = createRecorder(
    parts.pool,
    { ...task, holder, submittedAt: chunk.submittedAt, part: chunk.parts },
    noteChange,
    (jobHasEnded) =>
      lost.abort(
        jobHasEnded ? new JobStoppedError("The job has ended.") : new ChunkLostError("Another worker holds the chunk."),
      ),
  );
  const turn = startTurn(mustYield, parts.turnMs);
  const context = { ...parts, task, chunk, signal: AbortSignal.any([signal, lost.signal]), turnIsOver: turn.isOver };
  try {
    await runInputs(context, recorder);
  } finally {
    turn.end();
    await recorder.drain();
  }
  context.signal.throwIfAborted();
  turn.isOver.throwIfAborted();
}

type ChunkContext = ChunkParts & {
  readonly task: ChunkTask;
  readonly chunk: ClaimedChunk;
  readonly signal: AbortSignal;
  readonly turnIsOver: AbortSignal;
};

// Worker deaths at an input that ran alone before it fails.
const deathsUntilFailed = 3;

async function runInputs(context: ChunkContext, recorder: Recorder): Promise<void> {
  const { chunk } = context;
  let version: PooledVersion;
  try {
    version = await context.pooledVersion(chunk.modelIdentifier, chunk.modelVersion);
  } catch (error) {
    if (isDatabaseOutage(error)) throw error;
    recorder.add(chunk.inputs.map((input) => failedOutcome(input, new Date(), 0, toFailure(error))));
    return;
  }
  if (chunk.deaths < deathsUntilOneByOne) return runTogether(context, version, chunk.inputs, recorder.add);
  for (const [index, input] of chunk.inputs.entries()) {
    if (context.turnIsOver.aborted) return;
    if (index === 0 && chunk.deathsAtFirst >= deathsUntilFailed) recorder.add([killerOutcome(input, chunk.deaths)]);
    else await runTogether(context, version, [input], recorder.add);
    // Before the next one starts: if the worker dies there, this input must not run again.
    await recorder.drain();
    context.signal.throwIfAborted();
  }
}

function killerOutcome(input: WaitingInput, deaths: number): InputOutcome {
  const message = `The worker died ${deaths} times while running this input or its neighbours, the last ${deathsUntilFailed} times while running this one alone. Check the input, or give workers more memory.`;
  return failedOutcome(input, new Date(), 0, { code: "worker.crashed", message });
}

async function runTogether(
  context: ChunkContext,
  version: PooledVersion,
  inputs: readonly WaitingInput[],
  record: (outcomes: InputOutcome[]) => void,
): Promise<void> {
  const { chunk, signal, turnIsOver } = context;
  const ahead = createFetchAhead(inputs, createFetch(context, version), fetchConcurrency);
  // A single explanation fills batches: running inputs one by one shows true progress.
  const atOnce = chunk.explain ? 1 : version.manifest.maximumBatchSize;
  const consume = async () => {
    for (;;) {
      const fetched = await ahead.take(atOnce);
      if (fetched.length === 0) return;
      if (signal.aborted || turnIsOver.aborted) releaseAll(fetched);
      signal.throwIfAborted();
      if (turnIsOver.aborted) return;
      record(fetched.flatMap((one) => ("error" in one ? [toFetchFailure(one.input, one.error)] : [])));
      const batch = fetched.filter((one): one is Extract<typeof one, { value: FetchedInput }> => "value" in one);
      if (batch.length > 0) await runFetched(context, version, batch, record);
    }
  };
  const consumers = await Promise.allSettled(Array.from({ length: version.maximumEngines }, consume));
  ahead.stop();
  await releaseUnused(ahead);
  for (const consumer of consumers) if (consumer.status === "rejected") throw consumer.reason;
}

/** After an abort, some fetched inputs in memory have no consumer. */
async function releaseUnused(ahead: FetchAhead<WaitingInput, FetchedInput>): Promise<void> {
  for (;;) {
    const unused = await ahead.take(Number.POSITIVE_INFINITY);
    if (unused.length === 0) return;
    releaseAll(unused);
  }
}

function releaseAll(fetched: readonly Fetched<WaitingInput, FetchedInput>[]): void {
  for (const one of fetched) if ("value" in one) one.value.share.release();
}

async function runFetched(
  context: ChunkContext,
  version: PooledVersion,
  batch: readonly (Fetched<WaitingInput, FetchedInput> & { value: FetchedInput })[],
  record: (outcomes: InputOutcome[]) => void,
): Promise<void> {
  try {
    record(
      await runBatch(
        context,
        version,
        batch.map(({ input, value }) => ({ input, fetched: value })),
      ),
    );
  } finally {
    for (const { value } of batch) value.share.release();
  }
}

function createFetch(context: ChunkContext, version: PooledVersion): (input: WaitingInput) => Promise<FetchedInput> {
  const { task, chunk, budget, secrets } = context;
  const signal = AbortSignal.any([context.signal, context.turnIsOver]);
  const job = { identifier: chunk.jobIdentifier, inputType: chunk.inputType };
  const origin = { access: openAccess(secrets, job, chunk.sealedAccess), manifest: version.manifest };
  return async (input) => {
    const startedAt = new Date();
    const start = performance.now();
    const share = budget.open(chunk.accountIdentifier);
    try {
      signal.throwIfAborted();
      if (input.dataItems === null) await share.reserve(input.dataItemsBytes);
      const dataItems = input.dataItems ?? (await readDataItems(context.pool, task.jobId, input.position));
      const items = await fetchInput(dataItems, origin, { ...context, signal, reserve: share.reserve });
      const sizeBytes = Object.values(items).reduce((sum, bytes) => sum + bytes.byteLength, 0);
      return { items, sizeBytes, startedAt, fetchMs: performance.now() - start, share };
    } catch (error) {
      share.release();
      throw new FetchFailure(error, startedAt, performance.now() - start);
    }
  };
}

function toFetchFailure(input: WaitingInput, error: unknown): InputOutcome {
  if (!(error instanceof FetchFailure)) throw error;
  return failedOutcome(input, error.startedAt, error.fetchMs, toFailure(error.cause));
}

function failedOutcome(input: WaitingInput, startedAt: Date, fetchMs: number, failure: Failure): InputOutcome {
  return {
    position: input.position,
    name: input.name,
    engine: null,
    failure,
    sizeBytes: 0,
    fetchMs,
    latencyMs: fetchMs,
    startedAt,
    modelMs: 0,
    outputs: [],
    measures: [],
  };
}
