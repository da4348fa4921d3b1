import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { DataItems, RunOutcome } from "@millrace/runners";
import type { PooledVersion } from "../engines/pooled-version.js";
import type { ExplainerRequest, ExplainerResponse, ExplainerTask } from "./explainer-messages.js";
import { onAbort } from "../lifecycle/on-abort.js";
import { createTurns } from "../lifecycle/turns.js";

/** Computes explanations in worker threads: segmenting images and solving equations would block the main thread. */
export interface Explainers {
  /**
   * Explains an answer. Limited to one at a time per engine that the version may have, so that each gets its full time limit.
   *
   * @param run runs the model on a batch; called for one batch after another.
   * @returns the output with its explanation.
   * @throws Error with the reason when no explanation is possible or the thread crashed; the signal's reason when aborted.
   */
  explain(
    version: PooledVersion,
    task: Omit<ExplainerTask, "manifest">,
    run: (batch: readonly DataItems[]) => Promise<readonly RunOutcome[]>,
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ExplainersOptions {
  /** Maximum concurrent explanations; twice the number of processors, at least 4. */
  readonly maximumThreads?: number;
  /** How long an idle thread is kept; 1 minute. */
  readonly idleMs?: number;
}

// The built thread, even when this file runs from source: a thread cannot load TypeScript.
const threadFile = createRequire(import.meta.url).resolve("@millrace/server/explainer-thread");
const threadMemoryMb = 1_024;

interface IdleThread {
  readonly thread: Worker;
  readonly timer: NodeJS.Timeout;
}

export function createExplainers({
  maximumThreads = Math.max(4, 2 * availableParallelism()),
  idleMs = 60_000,
}: ExplainersOptions = {}): Explainers {
  const idle: IdleThread[] = [];
  const busy = new Set<Worker>();
  const turns = createTurns();

  const start = (): Worker => {
    // It runs built code, so it needs neither this process's loaders nor its secrets.
    const options = { execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: threadMemoryMb } };
    const thread = new Worker(threadFile, { ...options, name: "explainer" });
    // A waiting task also receives the error; this listener keeps the crash of an idle thread from ending the process.
    thread.on("error", () => undefined);
    thread.once("exit", () => forget(thread));
    return thread;
  };

  const forget = (thread: Worker) => {
    const place = idle.findIndex((one) => one.thread === thread);
    if (place >= 0) clearTimeout(idle.splice(place, 1)[0]?.timer);
  };

  const take = (): Worker => {
    const free = idle.pop();
    clearTimeout(free?.timer);
    const thread = free?.thread ?? start();
    busy.add(thread);
    return thread;
  };

  const keep = (thread: Worker) => {
    const timer = setTimeout(() => {
      forget(thread);
      void thread.terminate();
    }, idleMs).unref();
    thread.unref();
    idle.push({ thread, timer });
  };

  return {
    async explain(version, task, run, signal) {
      const { identifier, version: number } = version.manifest;
      const leaveVersion = await turns.enter(`${identifier}/${number}`, version.maximumEngines, signal);
      try {
        const leave = await turns.enter("", maximumThreads, signal);
        const thread = take();
        try {
          const bytes = await explainIn(thread, { ...task, manifest: version.manifest }, run, signal);
          keep(thread);
          return bytes;
        } catch (error) {
          if (error instanceof UnexplainedError) keep(thread);
          // Running work cannot be stopped in any other way.
          else await thread.terminate();
          throw error;
        } finally {
          busy.delete(thread);
          leave();
        }
      } finally {
        leaveVersion();
      }
    },
    async close() {
      for (const { timer } of idle) clearTimeout(timer);
      await Promise.all([...idle.splice(0).map(({ thread }) => thread), ...busy].map((thread) => thread.terminate()));
    },
  };
}

/** The thread reports why there is no explanation; it remains usable. */
class UnexplainedError extends Error {
  override readonly name = "UnexplainedError";
}

function explainIn(
  thread: Worker,
  task: ExplainerTask,
  run: (batch: readonly DataItems[]) => Promise<readonly RunOutcome[]>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return new Promise<Uint8Array>((resolve, reject) => {
    const send = (request: ExplainerRequest) => thread.postMessage(request);
    const settle = (outcome: Uint8Array | Error) => {
      thread.off("message", onMessage).off("error", onError).off("exit", onExit);
      forgetSignal();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    const runBatch = async (batch: readonly DataItems[]) => {
      try {
        send({ type: "outcomes", outcomes: await run(batch) });
      } catch (error) {
        send({ type: "runFailed", message: error instanceof Error ? error.message || error.name : String(error) });
      }
    };
    const onMessage = (response: ExplainerResponse) => {
      if (response.type === "run") void runBatch(response.batch);
      else settle(response.type === "explained" ? response.bytes : new UnexplainedError(response.message));
    };
    const onError = (error: unknown) =>
      settle(new Error(`The explanation failed: ${error instanceof Error ? error.message : String(error)}.`));
    const onExit = () => settle(new Error("The explanation failed because its thread ended."));
    const forgetSignal = onAbort(signal, (reason) => settle(reason as Error));
    thread.on("message", onMessage).on("error", onError).on("exit", onExit);
    thread.ref();
    if (signal.aborted) settle(signal.reason as Error);
    else send({ type: "explain", task: { ...task, items: ownBytes(task.items) } });
  });
}

/** Copies views: sending a view would send its whole underlying buffer. */
function ownBytes(items: DataItems): DataItems {
  return Object.fromEntries(
    Object.entries(items).map(([name, bytes]) => [
      name,
      bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes),
    ]),
  );
}
