import {
  EngineCrashedError,
  EngineTimeoutError,
  shortenError,
  type DataItems,
  type RunContext,
} from "@millrace/runners";
import type { InputFailureCode } from "@millrace/contract";
import { EngineUnavailableError } from "./circuit-breaker.js";
import type { EngineOutcome, EngineRun, PooledVersion } from "./pooled-version.js";
import { versionKey } from "./version-key.js";

/** What the inputs of one batch must have in common. */
type BatchKey = Omit<RunContext, "signal">;

type Run = (version: PooledVersion, batch: readonly DataItems[], context: RunContext) => Promise<EngineRun>;

/** What one caller wants run. */
interface Request {
  readonly batch: readonly DataItems[];
  readonly signal: AbortSignal;
  readonly arrivedMs: number;
  readonly outcomes: EngineOutcome[];
  /** Inputs without an outcome. */
  missing: number;
  /** Of the last inputs. */
  engine: string | null;
  readonly resolve: (run: EngineRun) => void;
  readonly reject: (error: unknown) => void;
}

/** Inputs of one request that stay together: all of them, or, after a batch with them has failed, fewer and fewer. */
interface Part {
  readonly request: Request;
  readonly from: number;
  readonly to: number;
  /** Why it no longer shares a batch: the failing inputs are being isolated. */
  readonly suspicion?: "its batch failed" | "its engine died";
}

/** The parts that may share a batch: those for one version, with or without explanations. */
interface Lane {
  waiting: Part[];
  running: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Puts together what different jobs want run on the same version. While its engines are busy, inputs gather up to the version's
 * batch size; a version that declares `maximumBatchDelayMs` also waits so long for company when an engine is free.
 *
 * A batch that fails is cut in halves until the inputs at fault fail alone; the parts line up behind what others wait for. An input
 * whose engine died has one more try, on another: what killed it may have been left behind by the input before. Only an abort and a
 * version that cannot be loaded reject.
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
      const leave = () => over(() => reject(signal.reason as Error));
      const over = (answer: () => void) => {
        signal.removeEventListener("abort", leave);
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
        resolve: (done) => over(() => resolve(done)),
        reject: (error) => over(() => reject(error as Error)),
      };
      signal.addEventListener("abort", leave, { once: true });
      lane.waiting.push({ request, from: 0, to: batch.length });
      start(version, batchKey, lane);
    });
}

function sizeOf({ from, to }: Part): number {
  return to - from;
}

/** How long the first part still waits for company. */
function pauseFor({ manifest }: PooledVersion, { waiting }: Lane): number {
  if (waiting[0]?.suspicion !== undefined) return 0;
  const count = waiting.reduce((sum, part) => sum + sizeOf(part), 0);
  if (count >= manifest.maximumBatchSize) return 0;
  const waitedMs = performance.now() - (waiting[0]?.request.arrivedMs ?? 0);
  return Math.max(0, Math.ceil((manifest.maximumBatchDelayMs ?? 0) - waitedMs));
}

/** The parts in front, as many as fit into one batch; always one, and one under suspicion alone. */
function takeBatch({ manifest }: PooledVersion, { waiting }: Lane): Part[] {
  if (waiting[0]?.suspicion !== undefined) return waiting.splice(0, 1);
  let count = 0;
  const end = waiting.findIndex((part, index) => {
    count += sizeOf(part);
    return index > 0 && (count > manifest.maximumBatchSize || part.suspicion !== undefined);
  });
  return waiting.splice(0, end < 0 ? waiting.length : end);
}

/** @returns the parts that are to be run again. */
async function runTogether(
  run: Run,
  version: PooledVersion,
  batchKey: BatchKey,
  parts: readonly Part[],
): Promise<Part[]> {
  const batch = parts.flatMap(({ request, from, to }) => request.batch.slice(from, to));
  const { signal, forget } = whenAllAborted(parts);
  try {
    const { engine, outcomes } = await run(version, batch, { ...batchKey, signal });
    let start = 0;
    for (const part of parts) settle(part, engine, outcomes.slice(start, (start += sizeOf(part))));
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

/** What is run again of a part that failed by itself; an input that has had its tries has its outcome. */
function divide(part: Part, error: unknown): Part[] {
  const { request, from, to } = part;
  if (sizeOf(part) > 1) {
    // Each half that hangs costs the time limit once more: then it is better to know at once.
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
  if (request.missing === 0) request.resolve({ engine: request.engine, outcomes: request.outcomes });
}

/** A signal that aborts once nobody waits for the batch; `forget` removes its listeners. */
function whenAllAborted(parts: readonly Part[]): { signal: AbortSignal; forget: () => void } {
  const controller = new AbortController();
  const signals = [...new Set(parts.map(({ request }) => request.signal))];
  const look = () => {
    if (signals.every(({ aborted }) => aborted)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal.addEventListener("abort", look);
  return {
    signal: controller.signal,
    forget: () => {
      for (const signal of signals) signal.removeEventListener("abort", look);
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
