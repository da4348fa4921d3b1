import type { ExplanationOptions } from "@millrace/contract";
import type { DataItems, ModelManifest, RunOutcome, TabularColumn } from "@millrace/runners";

/** An answer that is to be explained. */
export interface ExplainerTask {
  readonly manifest: ModelManifest;
  /** The columns that the model declares of a row. */
  readonly columns: readonly TabularColumn[];
  readonly items: DataItems;
  readonly options: ExplanationOptions;
  /** The output with the class scores, in which the explanation is put. */
  readonly output: { readonly name: string; readonly bytes: Uint8Array };
}

/** What the main thread tells an explainer: one task at a time, and what became of the batches that it wanted run. */
export type ExplainerRequest =
  | { readonly type: "explain"; readonly task: ExplainerTask }
  | { readonly type: "outcomes"; readonly outcomes: readonly RunOutcome[] }
  | { readonly type: "runFailed"; readonly message: string };

/** What an explainer answers: batches that the model is to run, one after another, and in the end the output with its explanation. */
export type ExplainerResponse =
  | { readonly type: "run"; readonly batch: readonly DataItems[] }
  | { readonly type: "explained"; readonly bytes: Uint8Array }
  | { readonly type: "failed"; readonly message: string };
