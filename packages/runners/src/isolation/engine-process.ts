import { Socket } from "node:net";
import { createEngineChannel } from "./engine-channel.js";
import { packOutcomes, unpackBatch, type EngineRequest, type EngineResponse } from "./engine-messages.js";
import type { ModelManifest } from "../manifest/manifest.js";
import { findRunner } from "../registry.js";
import { EngineCrashedError, EngineTimeoutError, type Engine } from "../runner.js";

// The entry of an engine's process: loads one model version and runs what it is sent, one batch after another.

/** The socket of the worker that started this process. */
const channelDescriptor = 3;

const healthIntervalMs = 10_000;
const healthLimitMs = 5_000;

const socket = new Socket({ fd: channelDescriptor });
const channel = createEngineChannel<EngineResponse, EngineRequest>(socket, {
  onMessage(request, parts) {
    if (request.type === "load") void load(request.manifest);
    else if (request.type === "run") void run(request, parts);
    else if (request.type === "abort") running.get(request.id)?.abort(new Error("The run was aborted."));
    else void close();
  },
  onFault: (error) => crash(error),
});
// The worker is gone, so this process is useless.
socket.on("close", () => process.exit(0)).on("error", () => process.exit(0));

const running = new Map<number, AbortController>();
let engine: Engine | undefined;
let isClosing = false;

const messageOf = (thrown: unknown) =>
  thrown instanceof Error ? thrown.message || thrown.name : `The model threw ${String(thrown)}.`;

/** An uncaught error in a model ends its engine, with that error as the reason. */
function crash(error: unknown): void {
  channel.send({ type: "crashed", message: messageOf(error) });
  socket.end(() => process.exit(1));
}
process.on("uncaughtException", crash).on("unhandledRejection", crash);

/** The process that runs the model is gone, so this one must end too. */
function leave(reason: unknown): void {
  channel.send({ type: "gone", message: messageOf(reason), isTimeout: reason instanceof EngineTimeoutError });
  socket.end(() => process.exit(1));
}

/** Detects an idle server that stopped responding before an input needs it. */
async function checkHealth(loaded: Engine): Promise<void> {
  if (running.size > 0 || isClosing) return;
  try {
    await loaded.checkHealth?.(AbortSignal.timeout(healthLimitMs));
  } catch (error) {
    if (running.size === 0 && !isClosing) leave(error);
  }
}

async function load(manifest: ModelManifest): Promise<void> {
  try {
    const loaded = await (await findRunner(manifest)).load(manifest, new AbortController().signal);
    engine = loaded;
    loaded.ended?.addEventListener("abort", () => leave(loaded.ended?.reason));
    if (loaded.checkHealth !== undefined) setInterval(() => void checkHealth(loaded), healthIntervalMs).unref();
    channel.send({ type: "ready" });
  } catch (error) {
    channel.send({ type: "loadFailed", message: messageOf(error) });
  }
}

async function run(
  { id, batch, explain, everyClass }: Extract<EngineRequest, { type: "run" }>,
  parts: readonly Uint8Array[],
): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    if (engine === undefined) throw new Error("The model is not loaded.");
    const outcomes = await engine.run(unpackBatch(batch, parts), { explain, everyClass, signal: controller.signal });
    const packed = packOutcomes(outcomes);
    channel.send({ type: "outcomes", id, outcomes: packed.headers }, packed.parts);
  } catch (error) {
    if (error instanceof EngineCrashedError) return leave(error);
    channel.send({ type: "runFailed", id, message: messageOf(error) });
  } finally {
    running.delete(id);
  }
}

async function close(): Promise<void> {
  isClosing = true;
  try {
    await engine?.close();
  } catch (error) {
    console.error(`The engine did not close cleanly: ${messageOf(error)}`);
  }
  channel.send({ type: "closed" });
  socket.end(() => process.exit(0));
}
