import {
  checkOutputs,
  EngineCrashedError,
  shortenError,
  startEngine,
  type DataItems,
  type Engine,
  type ModelManifest,
  type ModelPolicy,
  type Outbound,
  type RunContext,
  type RunOutcome,
  withTimeLimit,
} from "@millrace/runners";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../telemetry/log.js";
import { createCircuitBreaker, EngineUnavailableError, type CircuitBreakerOptions } from "./circuit-breaker.js";
import { createEngineMemory, type RequestedResources } from "./engine-memory.js";
import { createEngineStates, failedState, type EngineState } from "./engine-states.js";
import type { EngineOutcome, EngineRun, PooledVersion } from "./pooled-version.js";
import { createSharedBatches } from "./shared-batches.js";
import { waitForEngine, type IdleEngine, type VersionEngines } from "./version-engines.js";
import { versionKey } from "./version-key.js";

/** The engines of one worker process: started on demand, kept warm, closed when idle. */
export interface EnginePool {
  /**
   * Runs a batch on the next free engine of a model version. Starts an engine if all are busy and there is room. The run may be
   * shared with batches of other callers. An input that makes the engine fail gets a failed outcome; the other inputs are
   * unaffected.
   *
   * @throws EngineUnavailableError when the model cannot be loaded; the signal's reason when aborted.
   */
  run(version: PooledVersion, batch: readonly DataItems[], context: RunContext): Promise<EngineRun>;
  /**
   * Keeps at least this many engines of a version loaded from now on; `engines()` shows those that cannot be loaded.
   */
  ensure(version: PooledVersion, minimumEngines: number): Promise<void>;
  /** All current engines. */
  engines(): readonly EngineState[];
  /** The resources they request in total. */
  requested(): RequestedResources;
  close(): Promise<void>;
}

// A server that does not report healthy within this time is unhealthy.
const healthLimitMs = 5_000;
const pauseBetweenBatchesMs = 50;

export interface EnginePoolOptions {
  readonly log: Log;
  /** Addresses that callers' models may use; any by default. */
  readonly outbound?: Outbound;
  /** What models may do on this installation; by default every kind of model, without network access. */
  readonly policy?: ModelPolicy;
  /** Limit for the memory that the manifests of all engines request in total; none by default. */
  readonly memoryBytes?: number;
  /** How long an idle engine stays loaded; 5 minutes. */
  readonly idleMs?: number;
  /** Interval between health checks of idle engines; 10 s. */
  readonly healthIntervalMs?: number;
  /** When to retry loading, and when to suspend it. */
  readonly breaker?: Omit<CircuitBreakerOptions, "model">;
}

export function createEnginePool({
  log,
  outbound,
  policy = {},
  memoryBytes = Number.POSITIVE_INFINITY,
  idleMs = 5 * 60_000,
  healthIntervalMs = 10_000,
  breaker = {},
}: EnginePoolOptions): EnginePool {
  const versions = new Map<string, VersionEngines>();
  const states = createEngineStates();
  const stopping = new AbortController();
  let started = 0;

  const enginesOf = ({ manifest }: PooledVersion): VersionEngines => {
    const key = versionKey(manifest);
    if (!versions.has(key)) retire(manifest);
    const model = `${manifest.name} ${manifest.version}`;
    const found = versions.get(key) ?? {
      manifest,
      idle: [],
      waiting: [],
      breaker: createCircuitBreaker({ ...breaker, model }),
      count: 0,
      minimum: 0,
    };
    versions.set(key, found);
    return found;
  };

  /** A version was redeployed: discard its engines and their failures. */
  const retire = ({ identifier, version }: ModelManifest) => {
    for (const engines of versions.values()) {
      if (engines.manifest.identifier !== identifier || engines.manifest.version !== version) continue;
      engines.minimum = 0;
      engines.breaker.succeeded();
      engines.breaker.ran();
      for (const idle of engines.idle.slice()) closeIdle(engines, idle);
    }
  };

  /** Loads an engine, retrying with delays until the circuit breaker opens. */
  const start = async (version: PooledVersion, engines: VersionEngines, signal: AbortSignal): Promise<Engine> => {
    const either = AbortSignal.any([signal, stopping.signal]);
    const restMs = engines.breaker.pauseAfterCrashMs();
    if (restMs > 0) await delay(restMs, undefined, { signal: either });
    for (;;) {
      engines.breaker.check();
      let pauseMs: number;
      try {
        const engine = await load(version, engines, signal);
        engines.breaker.succeeded();
        return engine;
      } catch (error) {
        stopping.signal.throwIfAborted();
        signal.throwIfAborted();
        pauseMs = engines.breaker.failed(messageOf(error));
      }
      await delay(pauseMs, undefined, { signal: either });
    }
  };

  const load = async (version: PooledVersion, engines: VersionEngines, signal: AbortSignal): Promise<Engine> => {
    engines.count += 1;
    const { identifier, version: number } = version.manifest;
    const name = `${identifier}-${number}-${++started}`;
    try {
      await memory.take(name, version.manifest, AbortSignal.any([signal, stopping.signal]));
      states.add(name, version.manifest);
      const startedAt = performance.now();
      const engine = await startEngine(version.manifest, {
        signal: stopping.signal,
        name,
        policy,
        ...(outbound === undefined ? {} : { outbound }),
      });
      engine.ended?.addEventListener("abort", () => dropIdle(engines, engine), { once: true });
      log.info({ engine: name, loadMs: Math.round(performance.now() - startedAt) }, "engine ready");
      return engine;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, engine: name }, "engine could not be loaded");
      discard(engines, name);
      throw error;
    }
  };

  /** Removes a crashed idle engine from the pool. */
  const dropIdle = (engines: VersionEngines, engine: Engine) => {
    const idle = engines.idle.find((one) => one.engine === engine);
    if (idle === undefined) return;
    noteDeath(engines, engine);
    closeIdle(engines, idle);
  };

  const noteDeath = ({ breaker: own }: VersionEngines, { name, ended }: Engine) => {
    const reason = messageOf(ended?.reason);
    log.warn({ engine: name, reason }, "an idle engine died; it is replaced when there is work");
    own.crashed(reason);
  };

  /** Discards an engine; a waiting caller may start another one. */
  const discard = (engines: VersionEngines, name: string) => {
    states.remove(name);
    engines.count -= 1;
    memory.give(name);
    engines.waiting.shift()?.give(undefined);
  };

  const acquire = async (version: PooledVersion, signal: AbortSignal): Promise<Engine> => {
    const engines = enginesOf(version);
    for (;;) {
      signal.throwIfAborted();
      const idle = engines.idle.pop();
      if (idle !== undefined) {
        clearTimeout(idle.timer);
        return idle.engine;
      }
      if (engines.count < version.maximumEngines) {
        try {
          return await start(version, engines, signal);
        } catch (error) {
          // Wake the waiting callers: there may be no other engine whose end would wake them.
          engines.waiting.shift()?.give(undefined);
          throw error;
        }
      }
      const given = await waitForEngine(engines, signal);
      if (given !== undefined) return given;
    }
  };

  const release = (engines: VersionEngines, engine: Engine) => {
    const hasDied = engine.ended?.aborted === true;
    if (hasDied) noteDeath(engines, engine);
    if (hasDied || memory.isWanted(engines.count === 1)) {
      states.enter(engine.name, "spinningDown");
      void remove(engines, engine);
      return;
    }
    const next = engines.waiting.shift();
    if (next !== undefined) {
      next.give(engine);
      return;
    }
    states.enter(engine.name, "ready");
    const timer = setTimeout(() => spinDown(engines, idle), idleMs).unref();
    const idle = { engine, timer, sinceMs: performance.now() };
    engines.idle.push(idle);
  };

  const spinDown = (engines: VersionEngines, idle: IdleEngine) => {
    if (engines.count <= engines.minimum) idle.timer.refresh();
    else closeIdle(engines, idle);
  };

  const closeIdle = (engines: VersionEngines, idle: IdleEngine) => {
    clearTimeout(idle.timer);
    engines.idle.splice(engines.idle.indexOf(idle), 1);
    states.enter(idle.engine.name, "spinningDown");
    void remove(engines, idle.engine);
  };

  /**
   * Closes the engine that has been idle longest, preferring engines above a version's minimum. An engine that has only just
   * become idle is spared: it may be between two batches.
   */
  const closeLongestIdle = () => {
    const beforeMs = performance.now() - pauseBetweenBatchesMs;
    const idle = [...versions.values()].flatMap((engines) =>
      engines.idle.filter((one) => one.sinceMs < beforeMs).map((one) => ({ engines, one })),
    );
    idle.sort((a, b) => a.one.sinceMs - b.one.sinceMs);
    const found = idle.find(({ engines }) => engines.count > engines.minimum) ?? idle[0];
    if (found !== undefined) closeIdle(found.engines, found.one);
  };
  const memory = createEngineMemory(memoryBytes, closeLongestIdle);

  /** Reserves each idle engine and checks its health. */
  const checkHealth = async (): Promise<void> => {
    const checks = [...versions.values()].flatMap((engines) =>
      engines.idle
        .filter(({ engine }) => engine.checkHealth !== undefined)
        .map(async (idle) => {
          clearTimeout(idle.timer);
          engines.idle.splice(engines.idle.indexOf(idle), 1);
          try {
            await idle.engine.checkHealth?.(withTimeLimit(stopping.signal, healthLimitMs));
            release(engines, idle.engine);
          } catch (error) {
            log.warn({ err: error, engine: idle.engine.name }, "engine is unhealthy and is replaced");
            await remove(engines, idle.engine);
          }
        }),
    );
    await Promise.all(checks);
  };
  const healthTimer = setInterval(() => void checkHealth(), healthIntervalMs).unref();

  const remove = async (engines: VersionEngines, engine: Engine): Promise<void> => {
    await engine
      .close()
      .catch((error: unknown) => log.warn({ err: error, engine: engine.name }, "engine did not close"));
    discard(engines, engine.name);
  };

  const runBatch = async (
    version: PooledVersion,
    batch: readonly DataItems[],
    context: RunContext,
  ): Promise<EngineRun> => {
    const engine = await acquire(version, context.signal);
    const engines = enginesOf(version);
    states.enter(engine.name, "running");
    const start = performance.now();
    try {
      const outcomes = (await engine.run(batch, context)).map((outcome) => check(version, outcome, context));
      engines.breaker.ran();
      release(engines, engine);
      return { engine: engine.name, outcomes, modelMs: performance.now() - start };
    } catch (error) {
      const hasCrashed = error instanceof EngineCrashedError;
      if (hasCrashed && !context.signal.aborted) engines.breaker.crashed(error.message);
      if (hasCrashed || context.signal.aborted) await remove(engines, engine);
      else release(engines, engine);
      throw error;
    }
  };

  return {
    run: createSharedBatches(runBatch),
    async ensure(version, minimumEngines) {
      const engines = enginesOf(version);
      engines.minimum = Math.min(minimumEngines, version.maximumEngines);
      try {
        while (engines.count < engines.minimum && !stopping.signal.aborted)
          release(engines, await start(version, engines, stopping.signal));
      } catch (error) {
        if (!(error instanceof EngineUnavailableError) && !stopping.signal.aborted) throw error;
      }
    },
    requested: () => memory.requested(),
    engines: () => [
      ...states.all(),
      ...[...versions.values()].flatMap(({ manifest, breaker: own }) => failedState(manifest, own)),
    ],
    async close() {
      clearInterval(healthTimer);
      stopping.abort(new Error("The worker is stopping."));
      const idle = [...versions.values()].flatMap((engines) => engines.idle.splice(0));
      for (const { timer } of idle) clearTimeout(timer);
      await Promise.all(idle.map(({ engine }) => engine.close()));
    },
  };
}

/** Validates what a model returned. */
function check({ manifest }: PooledVersion, outcome: RunOutcome, context: RunContext): EngineOutcome {
  if (!outcome.succeeded)
    return { succeeded: false, code: outcome.code ?? "model.refused", error: shortenError(outcome.error) };
  const error = checkOutputs(manifest, outcome.outputs, context);
  return error === undefined ? outcome : { succeeded: false, code: "model.invalid_output", error };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
