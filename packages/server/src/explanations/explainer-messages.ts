import type { ExplanationOptions } from "@millrace/contract";
import type { DataItems, ModelManifest, RunOutcome, TabularColumn } from "@millrace/runners";

/** An answer to explain. */
export interface ExplainerTask {
  readonly manifest: ModelManifest;
  /** The row columns that the model declares. */
  readonly columns: readonly TabularColumn[];
  readonly items: DataItems;
  readonly options: ExplanationOptions;
  /** The output with the class scores; the explanation is added to it. */
  readonly output: { readonly name: string; readonly bytes: Uint8Array };
}

/** Messages from the main thread to an explainer: one task at a time, and the results of the batches it requested. */
export type ExplainerRequest =
  | { readonly type: "explain"; readonly task: ExplainerTask }
  | { readonly type: "outcomes"; readonly outcomes: readonly RunOutcome[] }
  | { readonly type: "runFailed"; readonly message: string };

/** Messages from an explainer: batches for the model to run, one after another, and finally the output with its explanation. */
export type ExplainerResponse =
  | { readonly type: "run"; readonly batch: readonly DataItems[] }
  | { readonly type: "explained"; readonly bytes: Uint8Array }
  | { readonly type: "failed"; readonly message: string };
