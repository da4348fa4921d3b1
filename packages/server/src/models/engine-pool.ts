import { formatWireDate } from "@millrace/contract";
import {
  EngineCrashedError,
  startEngine,
  type DataItems,
  type Engine,
  type ModelManifest,
  type RunOutcome,
} from "@millrace/runners";
import type { Log } from "../telemetry/log.js";

/** The engines of one worker process: started when there is work, kept warm, closed after idling. */
export interface EnginePool {
  /**
   * Runs a batch on the next free engine of a model version, starting one when all are busy and there is room.
   *
   * @throws EngineCrashedError when the engine died of this batch; Error when the model cannot be loaded.
   */
  run(
    version: PooledVersion,
    batch: readonly DataItems[],
    context: { explain: boolean; signal: AbortSignal },
  ): Promise<EngineRun>;
  /**
   * Keeps at least so many engines of a version loaded from now on.
   *
   * @throws Error when the model cannot be loaded.
   */
  ensure(version: PooledVersion, minimumEngines: number): Promise<void>;
  /** Every engine there is at this moment. */
  engines(): readonly EngineState[];
  close(): Promise<void>;
}

/** One engine as `/resources/processing` shows it. */
export interface EngineState {
  readonly name: string;
  readonly identifier: string;
  readonly version: string;
  readonly createdAt: string;
  readonly state: "spinningUp" | "ready" | "running" | "spinningDown";
}

export interface PooledVersion {
  readonly manifest: ModelManifest;
  readonly maximumEngines: number;
}

export interface EngineRun {
  readonly engine: string;
  readonly outcomes: readonly RunOutcome[];
}

interface VersionEngines {
  readonly idle: { engine: Engine; timer: NodeJS.Timeout }[];
  readonly waiting: { give: (engine: Engine | undefined) => void }[];
  count: number;
  minimum: number;
}

/** @param idleMs how long an engine without work stays loaded. */
export function createEnginePool({ log, idleMs = 5 * 60_000 }: { log: Log; idleMs?: number }): EnginePool {
  const versions = new Map<string, VersionEngines>();
  const states = new Map<string, EngineState>();
  const stopping = new AbortController();
  let started = 0;

  const enter = (name: string, state: EngineState["state"]) => {
    const known = states.get(name);
    if (known !== undefined) states.set(name, { ...known, state });
  };

  const enginesOf = ({ manifest }: PooledVersion): VersionEngines => {
    const key = `${manifest.identifier}/${manifest.version}`;
    const found = versions.get(key) ?? { idle: [], waiting: [], count: 0, minimum: 0 };
    versions.set(key, found);
    return found;
  };

  const start = async (version: PooledVersion, engines: VersionEngines): Promise<Engine> => {
    engines.count += 1;
    const { identifier, version: number } = version.manifest;
    const name = `${identifier}-${number}-${++started}`;
    states.set(name, { name, identifier, version: number, createdAt: formatWireDate(new Date()), state: "spinningUp" });
    try {
      const startedAt = performance.now();
      const engine = await startEngine(version.manifest, { signal: stopping.signal, name });
      log.info({ engine: name, loadMs: Math.round(performance.now() - startedAt) }, "engine ready");
      return engine;
    } catch (error) {
      discard(engines, name);
      throw error;
    }
  };

  /** An engine is gone; whoever waits may start another in its place. */
  const discard = (engines: VersionEngines, name: string) => {
    states.delete(name);
    engines.count -= 1;
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
      if (engines.count < version.maximumEngines) return start(version, engines);
      const given = await waitForEngine(engines, signal);
      if (given !== undefined) return given;
    }
  };

  const release = (version: PooledVersion, engine: Engine) => {
    const engines = enginesOf(version);
    const next = engines.waiting.shift();
    if (next !== undefined) {
      next.give(engine);
      return;
    }
    enter(engine.name, "ready");
    const idle = { engine, timer: setTimeout(() => spinDown(engines, idle), idleMs).unref() };
    engines.idle.push(idle);
  };

  const spinDown = (engines: VersionEngines, idle: VersionEngines["idle"][number]) => {
    if (engines.count <= engines.minimum) {
      idle.timer.refresh();
      return;
    }
    engines.idle.splice(engines.idle.indexOf(idle), 1);
    enter(idle.engine.name, "spinningDown");
    void idle.engine
      .close()
      .catch((error: unknown) => log.warn({ err: error, engine: idle.engine.name }, "engine did not close"))
      .finally(() => discard(engines, idle.engine.name));
  };

  return {
    async run(version, batch, context) {
      const engine = await acquire(version, context.signal);
      enter(engine.name, "running");
      try {
        const outcomes = await engine.run(batch, context);
        release(version, engine);
        return { engine: engine.name, outcomes };
      } catch (error) {
        if (error instanceof EngineCrashedError || context.signal.aborted) {
          discard(enginesOf(version), engine.name);
          await engine.close();
        } else {
          release(version, engine);
        }
        throw error;
      }
    },
    async ensure(version, minimumEngines) {
      const engines = enginesOf(version);
      engines.minimum = Math.min(minimumEngines, version.maximumEngines);
      while (engines.count < engines.minimum && !stopping.signal.aborted)
        release(version, await start(version, engines));
    },
    engines: () => [...states.values()],
    async close() {
      stopping.abort(new Error("The worker is stopping."));
      const idle = [...versions.values()].flatMap((engines) => engines.idle.splice(0));
      for (const { timer } of idle) clearTimeout(timer);
      await Promise.all(idle.map(({ engine }) => engine.close()));
    },
  };
}

/** Resolves to an engine that was handed over, or to undefined when one may be started instead. */
function waitForEngine(engines: VersionEngines, signal: AbortSignal): Promise<Engine | undefined> {
  return new Promise((resolve, reject) => {
    const entry = {
      give: (engine: Engine | undefined) => {
        signal.removeEventListener("abort", abort);
        resolve(engine);
      },
    };
    const abort = () => {
      engines.waiting.splice(engines.waiting.indexOf(entry), 1);
      reject(signal.reason as Error);
    };
    engines.waiting.push(entry);
    signal.addEventListener("abort", abort, { once: true });
  });
}
