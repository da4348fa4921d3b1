import type { ModelManifest } from "./manifest.js";
import type { DataItems, RunOutcome } from "./runner.js";

/** What the worker's main thread tells an engine's thread. */
export type EngineRequest =
  | {
      readonly type: "run";
      readonly id: number;
      readonly batch: readonly DataItems[];
      readonly explain: boolean;
      readonly everyClass: boolean;
    }
  | { readonly type: "abort"; readonly id: number }
  | { readonly type: "close" };

/** What an engine's thread answers. Errors cross as sentences: their classes do not survive the way. */
export type EngineResponse =
  | { readonly type: "ready" }
  | { readonly type: "loadFailed"; readonly message: string }
  | { readonly type: "outcomes"; readonly id: number; readonly outcomes: readonly RunOutcome[] }
  | { readonly type: "runFailed"; readonly id: number; readonly message: string }
  | { readonly type: "closed" };

/** What an engine's thread is started with. */
export interface EngineThreadData {
  readonly manifest: ModelManifest;
}
