import type { ModelManifest } from "@millrace/runners";
import { onAbort } from "../lifecycle/on-abort.js";

/** What engines ask for by their manifests. */
export interface RequestedResources {
  readonly cpuCount: number;
  readonly memoryBytes: number;
}

/** The memory that the engines of a worker share. */
export interface EngineMemory {
  /** Resolves when there is room for an engine, which then counts. @throws the signal's reason. */
  take(engine: string, manifest: ModelManifest, signal: AbortSignal): Promise<void>;
  /** An engine is gone. */
  give(engine: string): void;
  /** Whether an engine that has just become free should go, so that another model's can be loaded. */
  isWanted(isLastOfVersion: boolean): boolean;
  requested(): RequestedResources;
}

// The only engine of a busy model keeps its place this long; otherwise two models would swap with every batch.
const turnMs = 5_000;
/** How often a caller that waits for memory looks for an idle engine. */
const lookIntervalMs = 100;

/**
 * Counts manifests' memory against a limit. An engine that exceeds the whole limit is admitted if it is alone: placement
 * decides whether a version fits a worker.
 *
 * @param makeRoom closes an idle engine, if there is one; called repeatedly while an engine has to wait.
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
