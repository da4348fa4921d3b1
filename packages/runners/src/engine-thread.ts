import { parentPort, workerData } from "node:worker_threads";
import type { EngineRequest, EngineResponse, EngineThreadData } from "./engine-messages.js";
import { findRunner } from "./registry.js";
import type { Engine, RunOutcome } from "./runner.js";

// The entry of an engine's thread: loads one model version and runs what it is sent, one batch after another.

const port = parentPort;
if (port === null) throw new Error("engine-thread runs in a worker thread only.");

const { manifest } = workerData as EngineThreadData;
const running = new Map<number, AbortController>();
const loading = new AbortController();

const answer = (response: EngineResponse) => port.postMessage(response);
const messageOf = (thrown: unknown) =>
  thrown instanceof Error ? thrown.message || thrown.name : `The model threw ${String(thrown)}.`;

let engine: Engine | undefined;
try {
  engine = await (await findRunner(manifest)).load(manifest, loading.signal);
  answer({ type: "ready" });
} catch (error) {
  answer({ type: "loadFailed", message: messageOf(error) });
}

port.on("message", (request: EngineRequest) => {
  if (request.type === "run") void run(request);
  else if (request.type === "abort") running.get(request.id)?.abort(new Error("The run was aborted."));
  else void close();
});

async function run({ id, batch, explain, everyClass }: Extract<EngineRequest, { type: "run" }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    if (engine === undefined) throw new Error("The model is not loaded.");
    const outcomes = await engine.run(batch, { explain, everyClass, signal: controller.signal });
    answer({ type: "outcomes", id, outcomes: outcomes.map(ownBytes) });
  } catch (error) {
    answer({ type: "runFailed", id, message: messageOf(error) });
  } finally {
    running.delete(id);
  }
}

/** A view of a large shared buffer would be sent with all of it, and the slice() of a Buffer is still a view. */
function ownBytes(outcome: RunOutcome): RunOutcome {
  if (!outcome.succeeded) return outcome;
  const outputs = Object.entries(outcome.outputs).map(([name, { mediaType, bytes }]) => [
    name,
    { mediaType, bytes: bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes) },
  ]);
  return { succeeded: true, outputs: Object.fromEntries(outputs) };
}

async function close(): Promise<void> {
  try {
    await engine?.close();
  } finally {
    answer({ type: "closed" });
    port?.close();
  }
}
