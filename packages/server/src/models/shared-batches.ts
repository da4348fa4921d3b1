import type { DataItems, RunContext, RunOutcome } from "@millrace/runners";
import { EngineUnavailableError } from "./circuit-breaker.js";
import type { EngineRun, PooledVersion } from "./engine-pool.js";

/** What the inputs of one batch must have in common. */
type Wishes = Omit<RunContext, "signal">;

type Run = (version: PooledVersion, batch: readonly DataItems[], context: RunContext) => Promise<EngineRun>;

/** What one caller wants run; its inputs stay together. */
interface Request {
  readonly batch: readonly DataItems[];
  readonly signal: AbortSignal;
  readonly arrivedMs: number;
  readonly resolve: (run: EngineRun) => void;
  readonly reject: (error: unknown) => void;
}

/** The requests that may share a batch: those for one version, with or without explanations. */
interface Lane {
  readonly waiting: Request[];
  running: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Puts together what different jobs want run on the same version. While its engines are busy, inputs gather up to the version's
 * batch size; a version that declares `maximumBatchDelayMs` also waits so long for company when an engine is free.
 *
 * A batch that fails is run again one by one, so that an input that kills, hangs or confuses the model fails alone. Only an abort
 * and a version that cannot be loaded reject.
 */
export function createSharedBatches(run: Run): Run {
  const lanes = new Map<string, Lane>();

  const start = (version: PooledVersion, wishes: Wishes, lane: Lane) => {
    clearTimeout(lane.timer);
    while (lane.waiting.length > 0 && lane.running < version.maximumEngines) {
      const pauseMs = pauseFor(version, lane);
      if (pauseMs > 0) {
        lane.timer = setTimeout(() => start(version, wishes, lane), pauseMs);
        return;
      }
      lane.running += 1;
      void runTogether(run, version, wishes, takeBatch(version, lane)).finally(() => {
        lane.running -= 1;
        start(version, wishes, lane);
      });
    }
  };

  return (version, batch, { signal, ...wishes }) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const key = `${version.manifest.identifier}/${version.manifest.version}/${wishes.explain}/${wishes.everyClass ?? false}`;
      const lane = lanes.get(key) ?? { waiting: [], running: 0, timer: undefined };
      lanes.set(key, lane);
      const leave = () => {
        const place = lane.waiting.indexOf(request);
        if (place >= 0) lane.waiting.splice(place, 1);
        reject(signal.reason as Error);
      };
      const request: Request = {
        batch,
        signal,
        arrivedMs: performance.now(),
        resolve: (done) => (signal.removeEventListener("abort", leave), resolve(done)),
        reject: (error) => (signal.removeEventListener("abort", leave), reject(error as Error)),
      };
      signal.addEventListener("abort", leave, { once: true });
      lane.waiting.push(request);
      start(version, wishes, lane);
    });
}

/** How long the first request still waits for company. */
function pauseFor({ manifest }: PooledVersion, { waiting }: Lane): number {
  const count = waiting.reduce((sum, { batch }) => sum + batch.length, 0);
  if (count >= manifest.maximumBatchSize) return 0;
  const waitedMs = performance.now() - (waiting[0]?.arrivedMs ?? 0);
  return Math.max(0, Math.ceil((manifest.maximumBatchDelayMs ?? 0) - waitedMs));
}

/** The requests in front, as many as fit into one batch; always one. */
function takeBatch({ manifest }: PooledVersion, { waiting }: Lane): Request[] {
  let count = waiting[0]?.batch.length ?? 0;
  let end = 1;
  for (; end < waiting.length; end += 1) {
    count += waiting[end]?.batch.length ?? 0;
    if (count > manifest.maximumBatchSize) break;
  }
  return waiting.splice(0, end);
}

async function runTogether(run: Run, version: PooledVersion, wishes: Wishes, requests: Request[]): Promise<void> {
  const batch = requests.flatMap((request) => [...request.batch]);
  const { signal, forget } = whenAllAborted(requests);
  try {
    const { engine, outcomes } = await run(version, batch, { ...wishes, signal });
    let start = 0;
    for (const { batch: own, resolve } of requests)
      resolve({ engine, outcomes: outcomes.slice(start, (start += own.length)) });
  } catch (error) {
    if (error instanceof EngineUnavailableError) for (const { reject } of requests) reject(error);
    else if (batch.length === 1) answerFailure(requests[0], error);
    else for (const request of requests) await runOneByOne(run, version, wishes, request);
  } finally {
    forget();
  }
}

async function runOneByOne(run: Run, version: PooledVersion, wishes: Wishes, request: Request): Promise<void> {
  const { batch, signal, resolve, reject } = request;
  const outcomes: RunOutcome[] = [];
  let engine: string | null = null;
  try {
    for (const items of batch) {
      signal.throwIfAborted();
      try {
        const done = await run(version, [items], { ...wishes, signal });
        engine = done.engine;
        outcomes.push(...done.outcomes);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof EngineUnavailableError) throw error;
        outcomes.push({ succeeded: false, error: messageOf(error) });
      }
    }
    resolve({ engine, outcomes });
  } catch (error) {
    reject(error);
  }
}

function answerFailure(request: Request | undefined, error: unknown): void {
  if (request?.signal.aborted === true) request.reject(request.signal.reason);
  else request?.resolve({ engine: null, outcomes: [{ succeeded: false, error: messageOf(error) }] });
}

/** A signal that is aborted when nobody waits for the batch any more; `forget` takes its listeners away. */
function whenAllAborted(requests: readonly Request[]): { signal: AbortSignal; forget: () => void } {
  const controller = new AbortController();
  const look = () => {
    if (requests.every(({ signal }) => signal.aborted)) controller.abort(requests[0]?.signal.reason);
  };
  for (const { signal } of requests) signal.addEventListener("abort", look);
  return {
    signal: controller.signal,
    forget: () => {
      for (const { signal } of requests) signal.removeEventListener("abort", look);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
