import { explanationKinds, type ExplanationKind, type ExplanationMethod } from "@millrace/contract";
import type { ModelManifest } from "@millrace/runners";

/** How the platform can explain a model: by varying one of its data items. */
export interface Explainable {
  readonly kind: ExplanationKind;
  readonly item: string;
  /** Supported methods; the first is the default. */
  readonly methods: readonly ExplanationMethod[];
  /** The default number of model calls. */
  readonly samples: number;
  /** The format name of the importances in `data.explanation`. */
  readonly format: string;
}

/** How a model can be explained according to its manifest; undefined if that does not say that it returns class scores. */
export function explainableOf(manifest: Pick<ModelManifest, "inputs" | "resultsFormat">): Explainable | undefined {
  return /classification$/i.test(manifest.resultsFormat ?? "") ? explainableScoresOf(manifest) : undefined;
}

/** How an answer with class scores can be explained, whatever the manifest says of them; undefined if no data item can be varied. */
export function explainableScoresOf(manifest: Pick<ModelManifest, "inputs">): Explainable | undefined {
  for (const { name, acceptedMediaTypes } of manifest.inputs) {
    const kind = kindOf(acceptedMediaTypes);
    if (kind !== undefined) return { kind, item: name, ...explanationKinds[kind] };
  }
  return undefined;
}

function kindOf(mediaTypes: readonly string[]): ExplanationKind | undefined {
  if (mediaTypes.some((type) => type.startsWith("image/"))) return "image";
  if (mediaTypes.includes("application/json") && !mediaTypes.includes("text/plain")) return "tabular";
  return mediaTypes.some((type) => type.startsWith("text/")) ? "text" : undefined;
}
