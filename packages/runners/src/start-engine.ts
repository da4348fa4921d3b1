import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { EngineRequest, EngineResponse, EngineThreadData } from "./engine-messages.js";
import type { ModelManifest } from "./manifest.js";
import { findRunner, needsThread } from "./registry.js";
import { EngineCrashedError, type DataItems, type Engine, type RunContext, type RunOutcome } from "./runner.js";

export interface StartEngineOptions {
  /** Gives up loading. */
  readonly signal: AbortSignal;
  /** The engine's name in logs and results. */
  readonly name: string;
}

// The built thread, also when this file itself runs from its source: a thread cannot load TypeScript.
const threadFile = createRequire(import.meta.url).resolve("@millrace/runners/engine-thread");

// After an abort the model may finish what it is at; one that does not is ended.
const abortGraceMs = 1_000;
const closeGraceMs = 2_000;

interface Run {
  readonly resolve: (outcomes: RunOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Loads a model version so that nothing a model does holds up this thread: in one of its own, or, where the model is in another
 * process anyway, by a connection from here.
 *
 * Bytes are copied into the thread; the caller's stay valid.
 *
 * @throws Error with a sentence, when the model cannot be loaded or takes longer than `manifest.loadTimeoutMs`.
 */
export async function startEngine(manifest: ModelManifest, { signal, name }: StartEngineOptions): Promise<Engine> {
  signal.throwIfAborted();
  if (!needsThread(manifest)) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(manifest.loadTimeoutMs)]);
    return { ...(await (await findRunner(manifest)).load(manifest, limit)), name };
  }
  const thread = new Worker(threadFile, {
    workerData: { manifest } satisfies EngineThreadData,
    name,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(64, Math.floor(manifest.memoryBytes / 2 ** 20)) },
    // The thread runs built code and a model: it needs neither the loaders nor the secrets of this process.
    execArgv: [],
    env: {},
    stdout: true,
  });
  // Standard output is for what the program answers; what a model prints goes where logs go.
  thread.stdout.on("data", (text: Buffer) => process.stderr.write(text));
  const engine = superviseThread(thread, manifest, name);
  try {
    await engine.untilReady(signal);
  } catch (error) {
    await thread.terminate();
    throw error;
  }
  return engine;
}

function superviseThread(
  thread: Worker,
  manifest: ModelManifest,
  name: string,
): Engine & { untilReady(signal: AbortSignal): Promise<void> } {
  const model = `${manifest.name} ${manifest.version}`;
  const runs = new Map<number, Run>();
  let crash: EngineCrashedError | undefined;
  let lastId = 0;
  let onLoad: ((error?: Error) => void) | undefined;
  let onClosed: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const fail = (error: EngineCrashedError) => {
    crash ??= error;
    onLoad?.(crash);
    for (const run of runs.values()) run.reject(crash);
    runs.clear();
  };
  const kill = (error: EngineCrashedError) => {
    fail(error);
    void thread.terminate();
  };
  const send = (request: EngineRequest, transfer: ArrayBuffer[] = []) => thread.postMessage(request, transfer);

  thread.on("message", (response: EngineResponse) => {
    switch (response.type) {
      case "ready":
        return onLoad?.();
      case "loadFailed":
        return onLoad?.(new Error(`${model} cannot be loaded: ${response.message}`));
      case "closed":
        return onClosed?.();
      case "outcomes":
        runs.get(response.id)?.resolve([...response.outcomes]);
        break;
      case "runFailed":
        runs.get(response.id)?.reject(new Error(`${model} failed: ${response.message}`));
        break;
    }
    runs.delete(response.id);
  });
  thread.on("error", (error: Error & { code?: string }) => {
    const reason =
      error.code === "ERR_WORKER_OUT_OF_MEMORY"
        ? `it needed more than its ${manifest.memoryBytes / 2 ** 20} MiB of memory`
        : describe(error);
    fail(new EngineCrashedError(`${model} crashed: ${reason}.`));
  });
  thread.on("exit", (code) => {
    fail(new EngineCrashedError(`${model} ended its engine (exit code ${code}).`));
    onClosed?.();
  });

  return {
    name,
    untilReady(signal) {
      return new Promise((resolve, reject) => {
        const abort = () => settle(signal.reason as Error);
        const timer = setTimeout(
          () =>
            settle(
              new Error(`${model} was not loaded within ${manifest.loadTimeoutMs} ms, the limit of its model.yaml.`),
            ),
          manifest.loadTimeoutMs,
        );
        const settle = (error?: Error) => {
          onLoad = undefined;
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
          if (error === undefined) resolve();
          else reject(error);
        };
        onLoad = settle;
        signal.addEventListener("abort", abort, { once: true });
      });
    },

    run(batch: readonly DataItems[], context: RunContext) {
      if (crash !== undefined) return Promise.reject(crash);
      if (context.signal.aborted) return Promise.reject(context.signal.reason as Error);
      const id = ++lastId;
      return new Promise<RunOutcome[]>((resolve, reject) => {
        let isOver = false;
        const timer = setTimeout(
          () =>
            kill(
              new EngineCrashedError(
                `${model} did not answer within ${manifest.runTimeoutMs} ms, the limit of its model.yaml.`,
              ),
            ),
          manifest.runTimeoutMs,
        );
        const over = () => {
          isOver = true;
          clearTimeout(timer);
          context.signal.removeEventListener("abort", abort);
        };
        const abort = () => {
          reject(context.signal.reason as Error);
          send({ type: "abort", id });
          const grace = setTimeout(() => {
            if (!isOver) kill(new EngineCrashedError(`${model} went on after an abort.`));
          }, abortGraceMs);
          grace.unref();
        };
        context.signal.addEventListener("abort", abort, { once: true });
        runs.set(id, {
          resolve: (outcomes) => (over(), resolve(outcomes)),
          reject: (error) => (over(), reject(error)),
        });
        const copy = copyBatch(batch);
        const { explain, everyClass = false } = context;
        send({ type: "run", id, batch: copy.batch, explain, everyClass }, copy.transfer);
      });
    },

    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    if (crash === undefined) {
      const closed = new Promise<void>((resolve) => {
        onClosed = resolve;
        setTimeout(resolve, closeGraceMs).unref();
      });
      send({ type: "close" });
      await closed;
    }
    fail(new EngineCrashedError(`The engine of ${model} was closed.`));
    await thread.terminate();
  }
}

/** Sending a view would copy all of the buffer behind it, sending the buffer itself would take it from its owner: one copy, given away. */
function copyBatch(batch: readonly DataItems[]): { batch: DataItems[]; transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = [];
  const copies = batch.map((items) =>
    Object.fromEntries(
      Object.entries(items).map(([name, bytes]) => {
        const copy = new Uint8Array(bytes);
        transfer.push(copy.buffer);
        return [name, copy];
      }),
    ),
  );
  return { batch: copies, transfer };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : `it threw ${String(error)}`;
}
