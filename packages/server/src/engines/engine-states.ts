import { formatWireDate } from "@millrace/contract";
import type { ModelManifest } from "@millrace/runners";
import type { CircuitBreaker } from "./circuit-breaker.js";

/** An engine as shown by `/resources/processing`. */
export interface EngineState {
  readonly name: string;
  readonly identifier: string;
  readonly version: string;
  readonly createdAt: string;
  /** `failed`: engines of this version failed to load the last time, or crashed several times in a row. */
  readonly state: "spinningUp" | "ready" | "running" | "spinningDown" | "failed";
  /** Why it failed. */
  readonly reason?: string;
}

/** The current state of every engine in a pool. */
export interface EngineStates {
  add(name: string, manifest: ModelManifest): void;
  /** No effect if the engine no longer exists. */
  enter(name: string, state: EngineState["state"]): void;
  remove(name: string): void;
  all(): readonly EngineState[];
}

export function createEngineStates(): EngineStates {
  const states = new Map<string, EngineState>();
  return {
    add(name, { identifier, version }) {
      states.set(name, { name, identifier, version, createdAt: formatWireDate(new Date()), state: "spinningUp" });
    },
    enter(name, state) {
      const known = states.get(name);
      if (known !== undefined) states.set(name, { ...known, state });
    },
    remove: (name) => void states.delete(name),
    all: () => [...states.values()],
  };
}

/** The state shown for a version that cannot be loaded or whose engines crash; empty for other versions. */
export function failedState({ identifier, version }: ModelManifest, breaker: CircuitBreaker): EngineState[] {
  const fault = breaker.fault();
  if (fault === undefined) return [];
  const createdAt = formatWireDate(fault.since);
  return [{ name: `${identifier}-${version}`, identifier, version, createdAt, state: "failed", reason: fault.reason }];
}
