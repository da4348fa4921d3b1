import { setTimeout as delay } from "node:timers/promises";
import type { ModelManifest } from "../manifest/manifest.js";
import {
  EngineCrashedError,
  EngineTimeoutError,
  type DataItems,
  type Engine,
  type RunContext,
  type RunOutcome,
} from "../runner.js";
import type { ServerLife } from "../isolation/server-life.js";
import { ConnectionLostError, ModelRefusedError, type ModelConnection } from "./model-connection.js";

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Asks a model server until it is ready.
 *
 * @param signal ends the waiting; a server that has not become ready by then is named with its last answer.
 * @throws Error when the server refuses the model or is not ready in time.
 */
export async function untilReady(
  manifest: ModelManifest,
  connection: ModelConnection,
  address: string,
  signal: AbortSignal,
): Promise<void> {
  let last: unknown;
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await connection.checkReady(signal);
    } catch (error) {
      if (error instanceof ModelRefusedError) throw error;
      if (!signal.aborted || last === undefined) last = error;
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
  if (!timedOut) throw signal.reason as Error;
  throw new Error(
    `${manifest.name} ${manifest.version} was not ready at ${address} within ${manifest.loadTimeoutMs} ms, the limit of its model.yaml: ${messageOf(last)}`,
  );
}

const noServerOfOurs: ServerLife = { gone: () => undefined, stop: () => Promise.resolve() };

/** An engine over a ready connection: time limit, at most as many inputs a call as the server takes, one crash for all. */
export function createRemoteEngine(
  manifest: ModelManifest,
  connection: ModelConnection,
  server: ServerLife = noServerOfOurs,
): Engine {
  const model = `${manifest.name} ${manifest.version}`;
  const closed = new AbortController();
  let crash: EngineCrashedError | undefined;

  const toCrash = (reason: string, Kind = EngineCrashedError) => (crash ??= new Kind(reason));

  const runPart = async (part: readonly DataItems[], context: RunContext): Promise<RunOutcome[]> => {
    const limit = connection.limitsInputs === true ? undefined : AbortSignal.timeout(manifest.runTimeoutMs);
    const signal = AbortSignal.any([context.signal, closed.signal, ...(limit === undefined ? [] : [limit])]);
    let outcomes: RunOutcome[];
    try {
      outcomes = await connection.run(part, { ...context, signal });
    } catch (error) {
      context.signal.throwIfAborted();
      if (closed.signal.aborted) throw toCrash(`The engine of ${model} was closed.`);
      const gone = server.gone();
      if (gone !== undefined) throw toCrash(gone);
      if (limit?.aborted === true)
        throw toCrash(
          `${model} did not answer within ${manifest.runTimeoutMs} ms, the limit of its model.yaml.`,
          EngineTimeoutError,
        );
      if (error instanceof ConnectionLostError) throw toCrash(`${model} cannot be reached: ${error.message}`);
      throw new Error(`${model} failed: ${messageOf(error)}`, { cause: error });
    }
    if (outcomes.length !== part.length)
      throw new Error(`${model} returned ${outcomes.length} answers for ${part.length} inputs; expected one for each.`);
    return outcomes;
  };

  return {
    name: `${manifest.identifier}-${manifest.version}`,
    ...(server.ended === undefined ? {} : { ended: server.ended }),
    async run(batch, context) {
      if (crash !== undefined) throw crash;
      context.signal.throwIfAborted();
      const size = Math.max(1, Math.min(connection.maximumBatchSize, manifest.maximumBatchSize));
      const outcomes: RunOutcome[] = [];
      for (let start = 0; start < batch.length; start += size)
        outcomes.push(...(await runPart(batch.slice(start, start + size), context)));
      return outcomes.map(withOwnBytes);
    },
    async checkHealth(signal) {
      if (crash !== undefined) throw crash;
      const gone = server.gone();
      if (gone !== undefined) throw toCrash(gone);
      try {
        await connection.checkReady(signal);
      } catch (error) {
        signal.throwIfAborted();
        throw toCrash(`${model} failed its health check: ${messageOf(error)}`);
      }
    },
    async close() {
      closed.abort();
      connection.close();
      await server.stop();
    },
  };
}

/** Connections give Buffers, parts of a whole message: outputs are Uint8Arrays, and what keeps one must not keep the message. */
function withOwnBytes(outcome: RunOutcome): RunOutcome {
  if (!outcome.succeeded) return outcome;
  const outputs = Object.entries(outcome.outputs).map(([name, { mediaType, bytes }]) => [
    name,
    { mediaType, bytes: new Uint8Array(bytes) },
  ]);
  return { ...outcome, outputs: Object.fromEntries(outputs) };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
}
