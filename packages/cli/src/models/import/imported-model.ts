/** A model that was read from somebody's files, before it is written. */
export interface ImportedModel {
  readonly name: string;
  readonly summary: string;
  /** The data item that it takes. */
  readonly input: { readonly name: string; readonly mediaTypes: readonly string[]; readonly description: string };
  /** `runner` of model.yaml. */
  readonly runner: Readonly<Record<string, unknown>>;
  readonly isClassifier: boolean;
  /** The file of typical rows that explanations hide columns with. */
  readonly background?: string;
  readonly maxBatchSize: number;
  /** Files of the source, by their path in the model. */
  readonly copied: ReadonlyMap<string, string>;
  /** Files that are written, by their path in the model. */
  readonly written: ReadonlyMap<string, string | Uint8Array>;
  /** The sample's data item: a text, or a data URL. */
  readonly sample: { readonly type: "text" | "embedded"; readonly value: string };
  /** What was read from where and what it became, each a sentence. */
  readonly notes: readonly string[];
}

/** More make model.yaml hard to read, and have a file of their own. */
const maximumLabelsInManifest = 20;
const shownLabels = 5;

/** `postprocess` of a classifier with its labels, and the file that they are in when they are many. */
export function classification(labels: readonly string[], activation: "softmax" | "sigmoid" | "none", output?: string) {
  const isLong = labels.length > maximumLabelsInManifest;
  return {
    postprocess: {
      kind: "classification",
      ...(output === undefined ? {} : { output }),
      activation,
      ...(isLong ? { labelsFile: "labels.txt" } : { labels }),
      top: Math.min(5, labels.length),
    },
    written: new Map<string, string>(isLong ? [["labels.txt", `${labels.join("\n")}\n`]] : []),
  };
}

/** Some labels in words. */
export function listLabels(labels: readonly string[]): string {
  const rest = labels.length - shownLabels;
  const shown = labels.slice(0, rest > 1 ? shownLabels : labels.length).map((label) => JSON.stringify(label));
  return `${shown.join(", ")}${rest > 1 ? ` and ${rest} more` : ""}`;
}
