import type { ModelManifest } from "../manifest/manifest.js";
import type { DataItems, PictureMeasures, RunOutcome } from "../runner.js";

/** A worker's message to an engine's process; the bytes of a batch follow the message, in its order. */
export type EngineRequest =
  | { readonly type: "load"; readonly manifest: ModelManifest }
  | {
      readonly type: "run";
      readonly id: number;
      readonly batch: readonly (readonly string[])[];
      readonly explain: boolean;
      readonly everyClass: boolean;
    }
  | { readonly type: "abort"; readonly id: number }
  | { readonly type: "close" };

/** What it answers. Errors cross as sentences: their classes do not survive the way. */
export type EngineResponse =
  | { readonly type: "ready" }
  | { readonly type: "loadFailed"; readonly message: string }
  | { readonly type: "outcomes"; readonly id: number; readonly outcomes: readonly OutcomeHeader[] }
  | { readonly type: "runFailed"; readonly id: number; readonly message: string }
  | { readonly type: "crashed"; readonly message: string }
  /** What ran the model has ended, or did not answer in time; a whole sentence. */
  | { readonly type: "gone"; readonly message: string; readonly isTimeout: boolean }
  | { readonly type: "closed" };

/** An outcome without the bytes of its outputs. */
type OutcomeHeader =
  | Omit<Extract<RunOutcome, { succeeded: false }>, "succeeded">
  | {
      readonly outputs: readonly { readonly name: string; readonly mediaType: string }[];
      readonly notices?: readonly string[];
      readonly pictures?: readonly PictureMeasures[];
    };

/** A batch as it is sent: the names of its data items, and their bytes. */
export function packBatch(batch: readonly DataItems[]): { names: string[][]; parts: Uint8Array[] } {
  return { names: batch.map((items) => Object.keys(items)), parts: batch.flatMap((items) => Object.values(items)) };
}

export function unpackBatch(names: readonly (readonly string[])[], parts: readonly Uint8Array[]): DataItems[] {
  let next = 0;
  return names.map((own) => Object.fromEntries(own.map((name) => [name, partAt(parts, next++)])));
}

/** Outcomes as they are sent: what they are, and the bytes of all outputs. */
export function packOutcomes(outcomes: readonly RunOutcome[]): { headers: OutcomeHeader[]; parts: Uint8Array[] } {
  const parts: Uint8Array[] = [];
  const headers = outcomes.map((outcome): OutcomeHeader => {
    if (!outcome.succeeded) return { error: outcome.error, ...(outcome.code && { code: outcome.code }) };
    const outputs = Object.entries(outcome.outputs).map(([name, { mediaType, bytes }]) => {
      parts.push(bytes);
      return { name, mediaType };
    });
    const { notices, pictures } = outcome;
    return { outputs, ...(notices && { notices }), ...(pictures && { pictures }) };
  });
  return { headers, parts };
}

export function unpackOutcomes(headers: readonly OutcomeHeader[], parts: readonly Uint8Array[]): RunOutcome[] {
  let next = 0;
  return headers.map((header) =>
    "error" in header
      ? { succeeded: false, ...header }
      : {
          succeeded: true,
          ...(header.notices && { notices: header.notices }),
          ...(header.pictures && { pictures: header.pictures }),
          outputs: Object.fromEntries(
            header.outputs.map(({ name, mediaType }) => [name, { mediaType, bytes: partAt(parts, next++) }]),
          ),
        },
  );
}

function partAt(parts: readonly Uint8Array[], index: number): Uint8Array {
  const part = parts[index];
  if (part === undefined) throw new Error("a message without the bytes that it announces");
  return part;
}
