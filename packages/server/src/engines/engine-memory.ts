import type { ModelManifest } from "@millrace/runners";
import { onAbort } from "../lifecycle/on-abort.js";

/** Resources that engines request in their manifests. */
export interface RequestedResources {
  readonly cpuCount: number;
  readonly memoryBytes: number;
}

/** The memory shared by a worker's engines. */
export interface EngineMemory {
  /** Reserves memory for an engine; resolves when there is room. @throws the signal's reason. */
  take(engine: string, manifest: ModelManifest, signal: AbortSignal): Promise<void>;
  /** Releases an engine's memory. */
  give(engine: string): void;
  /** Whether an engine that just became idle should be closed to make room for another model. */
  isWanted(isLastOfVersion: boolean): boolean;
  requested(): RequestedResources;
}

// The only engine of a busy model stays loaded this long; otherwise two models would swap after every batch.
const turnMs = 5_000;
/** How often a caller waiting for memory looks for an idle engine. */
const lookIntervalMs = 100;

/**
 * Tracks the memory that manifests request against a limit. An engine that exceeds the whole limit is admitted if it is the
 * only one: placement decides whether a version fits a worker.
 *
 * @param makeRoom closes an idle engine, if any; called repeatedly while an engine waits.
 */
export function createEngineMemory(limitBytes: number, makeRoom: () => void): EngineMemory {
  const taken = new Map<string, RequestedResources>();
  const waiting: { readonly sinceMs: number; readonly look: () => void }[] = [];
  const usedBytes = () => [...taken.values()].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const hasRoomFor = (bytes: number) => taken.size === 0 || usedBytes() + bytes <= limitBytes;

  return {
    async take(engine, { memoryBytes, cpuCount }, signal) {
      signal.throwIfAborted();
      if (waiting.length > 0 || !hasRoomFor(memoryBytes)) {
        await new Promise<void>((resolve, reject) => {
          const leave = () => {
            stopListening();
            clearInterval(timer);
            waiting.splice(waiting.indexOf(entry), 1);
          };
          const entry = {
            sinceMs: performance.now(),
            look: () => {
              if (!hasRoomFor(memoryBytes)) return makeRoom();
              leave();
              resolve();
            },
          };
          const stopListening = onAbort(signal, (reason) => {
            leave();
            reject(reason as Error);
          });
          const timer = setInterval(() => waiting[0]?.look(), lookIntervalMs);
          waiting.push(entry);
          waiting[0]?.look();
        });
      }
      taken.set(engine, { memoryBytes, cpuCount });
      waiting[0]?.look();
    },
    give(engine) {
      taken.delete(engine);
      waiting[0]?.look();
    },
    isWanted(isLastOfVersion) {
      const first = waiting[0];
      return first !== undefined && (!isLastOfVersion || performance.now() - first.sinceMs >= turnMs);
    },
    requested: () => ({
      cpuCount: [...taken.values()].reduce((sum, { cpuCount }) => sum + cpuCount, 0),
      memoryBytes: usedBytes(),
    }),
  };
}
