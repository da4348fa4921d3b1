import {
  EngineCrashedError,
  EngineTimeoutError,
  shortenError,
  type DataItems,
  type RunContext,
} from "@millrace/runners";
import type { InputFailureCode } from "@millrace/contract";
import { onAbort } from "../lifecycle/on-abort.js";
import { EngineUnavailableError } from "./circuit-breaker.js";
import type { EngineOutcome, EngineRun, PooledVersion } from "./pooled-version.js";
import { versionKey } from "./version-key.js";

/** What all inputs of a batch must have in common. */
type BatchKey = Omit<RunContext, "signal">;

type Run = (version: PooledVersion, batch: readonly DataItems[], context: RunContext) => Promise<EngineRun>;

/** A caller's request to run a batch. */
interface Request {
  readonly batch: readonly DataItems[];
  readonly signal: AbortSignal;
  readonly arrivedMs: number;
  readonly outcomes: EngineOutcome[];
  /** Number of inputs without an outcome. */
  missing: number;
  /** The engine that ran the last inputs. */
  engine: string | null;
  modelMs: number;
  readonly resolve: (run: EngineRun) => void;
  readonly reject: (error: unknown) => void;
}

/** Inputs of one request that stay together: all of them or, after a failed batch, ever smaller parts. */
interface Part {
  readonly request: Request;
  readonly from: number;
  readonly to: number;
  /** Why it no longer shares a batch: the failing inputs are being isolated. */
  readonly suspicion?: "its batch failed" | "its engine died";
}

/** The parts that may share a batch: same version, same explanation setting. */
interface Lane {
  waiting: Part[];
  running: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Combines requests of different jobs for the same version into batches. While its engines are busy, inputs accumulate up to
 * the version's batch size. With `maximumBatchDelayMs`, a batch also waits that long for more inputs when an engine is free.
 *
 * A failed batch is split in half until the faulty inputs fail alone; the parts queue behind other waiting requests. An input
 * whose engine crashed is retried once on another engine: the previous input may have caused the crash. Only an abort or a
 * version that cannot be loaded rejects.
 */
export function createSharedBatches(run: Run): Run {
  const lanes = new Map<string, Lane>();

  const start = (version: PooledVersion, batchKey: BatchKey, lane: Lane) => {
    clearTimeout(lane.timer);
    while (lane.waiting.length > 0 && lane.running < version.maximumEngines) {
      const pauseMs = pauseFor(version, lane);
      if (pauseMs > 0) {
        lane.timer = setTimeout(() => start(version, batchKey, lane), pauseMs);
        return;
      }
      lane.running += 1;
      void runTogether(run, version, batchKey, takeBatch(version, lane)).then((again) => {
        lane.running -= 1;
        lane.waiting.push(...again);
        start(version, batchKey, lane);
      });
    }
  };

  return (version, batch, { signal, ...batchKey }) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const key = `${versionKey(version.manifest)}/${batchKey.explain}/${batchKey.everyClass ?? false}`;
      const lane = lanes.get(key) ?? { waiting: [], running: 0, timer: undefined };
      lanes.set(key, lane);
      const forgetSignal = onAbort(signal, (reason) => over(() => reject(reason as Error)));
      const over = (answer: () => void) => {
        forgetSignal();
        lane.waiting = lane.waiting.filter((part) => part.request !== request);
        answer();
      };
      const request: Request = {
        batch,
        signal,
        arrivedMs: performance.now(),
        outcomes: [],
        missing: batch.length,
        engine: null,
        modelMs: 0,
        resolve: (done) => over(() => resolve(done)),
        reject: (error) => over(() => reject(error as Error)),
      };
      lane.waiting.push({ request, from: 0, to: batch.length });
      start(version, batchKey, lane);
    });
}

function sizeOf({ from, to }: Part): number {
  return to - from;
}

/** How long the first part still waits for more inputs. */
function pauseFor({ manifest }: PooledVersion, { waiting }: Lane): number {
  if (waiting[0]?.suspicion !== undefined) return 0;
  const count = waiting.reduce((sum, part) => sum + sizeOf(part), 0);
  if (count >= manifest.maximumBatchSize) return 0;
  const waitedMs = performance.now() - (waiting[0]?.request.arrivedMs ?? 0);
  return Math.max(0, Math.ceil((manifest.maximumBatchDelayMs ?? 0) - waitedMs));
}

/** The parts at the front that fit into one batch: at least one; a suspect part always runs alone. */
function takeBatch({ manifest }: PooledVersion, { waiting }: Lane): Part[] {
  if (waiting[0]?.suspicion !== undefined) return waiting.splice(0, 1);
  let count = 0;
  const end = waiting.findIndex((part, index) => {
    count += sizeOf(part);
    return index > 0 && (count > manifest.maximumBatchSize || part.suspicion !== undefined);
  });
  return waiting.splice(0, end < 0 ? waiting.length : end);
}

/** @returns the parts to run again. */
async function runTogether(
  run: Run,
  version: PooledVersion,
  batchKey: BatchKey,
  parts: readonly Part[],
): Promise<Part[]> {
  const batch = parts.flatMap(({ request, from, to }) => request.batch.slice(from, to));
  const { signal, forget } = whenAllAborted(parts);
  try {
    const { engine, outcomes, modelMs } = await run(version, batch, { ...batchKey, signal });
    let start = 0;
    for (const part of parts) {
      part.request.modelMs += (modelMs * sizeOf(part)) / batch.length;
      settle(part, engine, outcomes.slice(start, (start += sizeOf(part))));
    }
    return [];
  } catch (error) {
    const waiting = parts.filter(({ request }) => !request.signal.aborted);
    if (!(error instanceof EngineUnavailableError))
      return waiting.length > 1 ? waiting.map(suspect) : waiting.flatMap((part) => divide(part, error));
    for (const { request } of waiting) request.reject(error);
    return [];
  } finally {
    forget();
  }
}

function suspect(part: Part): Part {
  return { ...part, suspicion: "its batch failed" };
}

/** Splits a failed part for another run. An input without attempts left gets its outcome. */
function divide(part: Part, error: unknown): Part[] {
  const { request, from, to } = part;
  if (sizeOf(part) > 1) {
    // Every half that hangs costs another full timeout, so run the inputs one by one at once.
    const step = error instanceof EngineTimeoutError ? 1 : Math.ceil(sizeOf(part) / 2);
    const starts = Array.from({ length: Math.ceil(sizeOf(part) / step) }, (_, index) => from + index * step);
    return starts.map((start) => suspect({ request, from: start, to: Math.min(to, start + step) }));
  }
  const hasDied = error instanceof EngineCrashedError && !(error instanceof EngineTimeoutError);
  if (hasDied && part.suspicion !== "its engine died") return [{ ...part, suspicion: "its engine died" }];
  settle(part, null, [{ succeeded: false, code: codeOf(error), error: shortenError(messageOf(error)) }]);
  return [];
}

function settle({ request, from, to }: Part, engine: string | null, outcomes: readonly EngineOutcome[]): void {
  outcomes.forEach((outcome, index) => (request.outcomes[from + index] = outcome));
  request.engine = engine ?? request.engine;
  request.missing -= to - from;
  if (request.missing === 0) {
    const { engine: lastEngine, outcomes: all, modelMs } = request;
    request.resolve({ engine: lastEngine, outcomes: all, modelMs });
  }
}

/** A signal that aborts once every caller has aborted; `forget` removes its listeners. */
function whenAllAborted(parts: readonly Part[]): { signal: AbortSignal; forget: () => void } {
  const controller = new AbortController();
  const signals = [...new Set(parts.map(({ request }) => request.signal))];
  const look = () => {
    if (signals.every(({ aborted }) => aborted)) controller.abort(signals[0]?.reason);
  };
  const stops = signals.map((signal) => onAbort(signal, look));
  return {
    signal: controller.signal,
    forget: () => {
      for (const stop of stops) stop();
    },
  };
}

function codeOf(error: unknown): InputFailureCode {
  if (error instanceof EngineTimeoutError) return "engine.timeout";
  return error instanceof EngineCrashedError ? "engine.crashed" : "model.refused";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
