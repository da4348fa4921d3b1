import { onAbort } from "./on-abort.js";
import { createEngineChannel, type EngineChannel } from "./engine-channel.js";
import { packBatch, unpackOutcomes, type EngineRequest, type EngineResponse } from "./engine-messages.js";
import type { ModelManifest } from "../manifest/manifest.js";
import { childEnvironment } from "./child-environment.js";
import { engineEntry } from "./engine-entry.js";
import { startModelProcess, type ModelProcess } from "./model-process.js";
import { sandboxOfModel } from "./sandbox-of-model.js";
import { EngineCrashedError, EngineTimeoutError, type Engine, type RunOutcome } from "../runner.js";

// Node's own memory, which is not the model's: its code, its initial heap, the runners' libraries.
const runtimeBytes = 96 * 2 ** 20;

// After an abort the model may finish its current batch within this time, or it is killed.
const abortGraceMs = 1_000;
const closeGraceMs = 2_000;
const serverGraceMs = 2_000;
// The maximum of setTimeout.
const maximumTimerMs = 2 ** 31 - 1;

// The only places it can write to.
const homeOfSandbox = { HOME: "/tmp", TMPDIR: "/tmp", USER: "model", LOGNAME: "model" };

interface Run {
  readonly resolve: (outcomes: RunOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Loads a model in a process of its own, with the memory of its model.yaml and without the secrets of this one; in a sandbox
 * where this machine can make one. Whatever happens there (an endless loop, an abort of the heap, a fault in native code) ends
 * that process only.
 *
 * @throws Error with a sentence, when the model cannot be loaded or takes longer than `manifest.loadTimeoutMs`.
 */
export async function startProcessEngine(manifest: ModelManifest, name: string, signal: AbortSignal): Promise<Engine> {
  const heapMib = Math.max(64, Math.floor(manifest.memoryBytes / 2 ** 20));
  const sandbox = await sandboxOfModel(manifest);
  signal.throwIfAborted();
  const life = startModelProcess(manifest, {
    command: [process.execPath, `--max-old-space-size=${heapMib}`, ...youngSpace(manifest), engineEntry()],
    sandbox,
    directory: manifest.directory,
    environment: childEnvironment(manifest.cpuCount, sandbox === undefined ? {} : homeOfSandbox),
    memoryBytes: manifest.memoryBytes,
    runtimeBytes,
    ...(isServer(manifest) ? { processors: manifest.cpuCount } : {}),
    hasChannel: true,
    recogniseEnd: (output) => (heapIsFull.test(output) ? describeFullHeap(manifest) : undefined),
  });
  const engine = superviseProcess(life, manifest, name);
  try {
    await engine.load(signal);
  } catch (error) {
    await life.stop();
    throw error;
  }
  return engine;
}

function superviseProcess(
  life: ModelProcess,
  manifest: ModelManifest,
  name: string,
): Engine & { load(signal: AbortSignal): Promise<void> } {
  const model = `${manifest.name} ${manifest.version}`;
  // A server's process enforces its own limits and reports more details.
  const graceMs = isServer(manifest) ? serverGraceMs : 0;
  const runs = new Map<number, Run>();
  const ended = new AbortController();
  let lastId = 0;
  let onLoad: ((error?: Error) => void) | undefined;
  let onClosed: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const fail = (error: EngineCrashedError) => {
    ended.abort(error);
    const crash = ended.signal.reason as Error;
    onLoad?.(crash);
    for (const run of runs.values()) run.reject(crash);
    runs.clear();
    onClosed?.();
  };
  const kill = (error: EngineCrashedError) => {
    fail(error);
    life.kill(error.message);
  };

  const answered = (response: EngineResponse, parts: readonly Uint8Array[]): void => {
    switch (response.type) {
      case "ready":
        return onLoad?.();
      case "loadFailed":
        return onLoad?.(
          new Error(isAbout(model, response.message) ?? `${model} cannot be loaded: ${response.message}`),
        );
      case "crashed":
        return kill(new EngineCrashedError(`${model} crashed: ${response.message}.`));
      case "gone":
        return kill(new (response.isTimeout ? EngineTimeoutError : EngineCrashedError)(response.message));
      case "closed":
        return onClosed?.();
      case "outcomes":
        runs.get(response.id)?.resolve(unpackOutcomes(response.outcomes, parts));
        break;
      case "runFailed":
        runs
          .get(response.id)
          ?.reject(new Error(isAbout(model, response.message) ?? `${model} failed: ${response.message}`));
        break;
    }
    runs.delete(response.id);
  };
  const channel = openChannel(life, answered, (error) =>
    kill(new EngineCrashedError(`${model} sent an invalid message: ${error.message}.`)),
  );
  life.ended.addEventListener("abort", () => fail(new EngineCrashedError(life.gone() ?? "")));

  const send = (request: EngineRequest, parts: readonly Uint8Array[] = []) => channel.send(request, parts);

  return {
    name,
    ended: ended.signal,
    load(signal) {
      return new Promise((resolve, reject) => {
        const forgetSignal = onAbort(signal, (reason) => settle(reason as Error));
        const limit = `${model} was not loaded within ${manifest.loadTimeoutMs} ms, the limit of its model.yaml.`;
        const timer = setTimeout(() => settle(new Error(limit)), manifest.loadTimeoutMs + graceMs);
        const settle = (error?: Error) => {
          onLoad = undefined;
          clearTimeout(timer);
          forgetSignal();
          if (error === undefined) resolve();
          else reject(error);
        };
        onLoad = settle;
        send({ type: "load", manifest });
      });
    },

    run(batch, context) {
      if (ended.signal.aborted) return Promise.reject(ended.signal.reason as Error);
      if (context.signal.aborted) return Promise.reject(context.signal.reason as Error);
      const id = ++lastId;
      return new Promise<RunOutcome[]>((resolve, reject) => {
        let isOver = false;
        const limit = `${model} did not answer within ${manifest.runTimeoutMs} ms, the limit of its model.yaml.`;
        // Some servers accept only one input per request.
        const limitMs = isServer(manifest) ? manifest.runTimeoutMs * batch.length + graceMs : manifest.runTimeoutMs;
        const timer = setTimeout(() => kill(new EngineTimeoutError(limit)), Math.min(limitMs, maximumTimerMs));
        const over = () => {
          isOver = true;
          clearTimeout(timer);
          forgetSignal();
        };
        const forgetSignal = onAbort(context.signal, (reason) => {
          reject(reason as Error);
          send({ type: "abort", id });
          const grace = setTimeout(() => {
            if (!isOver) kill(new EngineCrashedError(`${model} did not stop after an abort.`));
          }, abortGraceMs);
          grace.unref();
        });
        runs.set(id, {
          resolve: (outcomes) => (over(), resolve(outcomes)),
          reject: (error) => (over(), reject(error)),
        });
        const { explain, everyClass = false } = context;
        const { names, parts } = packBatch(batch);
        send({ type: "run", id, batch: names, explain, everyClass }, parts);
      });
    },

    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    if (!ended.signal.aborted) {
      const closed = new Promise<void>((resolve) => {
        onClosed = resolve;
        setTimeout(resolve, closeGraceMs).unref();
      });
      send({ type: "close" });
      await closed;
    }
    fail(new EngineCrashedError(`The engine of ${model} was closed.`));
    await life.stop();
  }
}

/** Code of a model may need room for objects that live shortly; what Millrace itself does in an engine needs little, and two spaces of 16 MiB would stay taken. */
function youngSpace({ runner }: ModelManifest): string[] {
  return runner.kind === "module" ? [] : ["--max-semi-space-size=2"];
}

function isServer({ runner }: ModelManifest): boolean {
  return runner.kind === "process";
}

/** A message that already names the model. */
function isAbout(model: string, message: string): string | undefined {
  return message.includes(model) ? message : undefined;
}

function openChannel(
  { channel: socket }: ModelProcess,
  onMessage: (response: EngineResponse, parts: readonly Uint8Array[]) => void,
  onFault: (error: Error) => void,
): EngineChannel<EngineRequest> {
  if (socket === undefined) throw new Error("The process of an engine needs a channel.");
  // A dying process closes its socket anyway; its exit code says why it died.
  socket.on("error", () => undefined);
  return createEngineChannel(socket, { onMessage, onFault });
}

// What V8 prints before it aborts a process that is out of memory.
const heapIsFull = /FATAL ERROR: .{0,500}(out of memory|heap limit)/;

function describeFullHeap({ name, version, memoryBytes }: ModelManifest): string {
  return `The process of ${name} ${version} was stopped: it needed more than its ${Math.round(memoryBytes / 2 ** 20)} MiB of memory.`;
}
