import { join } from "node:path";
import { readTextFile } from "../manifest/text-file.js";
import type { LabelSettings } from "./postprocess-settings.js";

/**
 * The classes of a model's output, in its order.
 *
 * @throws Error when there are none, or two classes have the same name.
 */
export async function readLabels(directory: string, settings: LabelSettings): Promise<readonly string[]> {
  if (settings.labels !== undefined) return requireDistinct(settings.labels, "labels");
  if (settings.labelsFile === undefined)
    throw new Error("runner.postprocess of its model.yaml has neither labels nor labelsFile.");
  let text: string;
  try {
    text = await readTextFile(join(directory, settings.labelsFile));
  } catch (error) {
    throw new Error(`runner.postprocess.labelsFile of its model.yaml cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return requireDistinct(text.trimEnd().split(/\r?\n/), "labelsFile");
}

/** Scores are told apart by their class, by everyone who reads them. */
function requireDistinct(labels: readonly string[], setting: keyof LabelSettings): readonly string[] {
  const places = new Map<string, number>();
  for (const [index, label] of labels.entries()) {
    const first = places.get(label);
    if (first !== undefined)
      throw new Error(
        `runner.postprocess.${setting} of its model.yaml has the label ${JSON.stringify(label)} twice, as class ${first} and class ${index}: give each class a name of its own, such as ${JSON.stringify(`${label} 2`)}.`,
      );
    places.set(label, index);
  }
  return labels;
}

/** @throws Error when a model gives another number of scores than it has labels. */
export function checkLabelCount(width: number, labels: readonly string[]): void {
  if (width !== labels.length)
    throw new Error(
      `it returns ${width} values for an input, but the number of labels is ${labels.length}: correct the labels, or the output, of runner.postprocess in its model.yaml.`,
    );
}
