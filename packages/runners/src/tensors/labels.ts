import { join } from "node:path";
import { readTextFile } from "../manifest/text-file.js";
import type { LabelSettings } from "./postprocess-settings.js";

/**
 * The classes of a model's output, in its order.
 *
 * @throws Error when there are none.
 */
export async function readLabels(directory: string, settings: LabelSettings): Promise<readonly string[]> {
  if (settings.labels !== undefined) return settings.labels;
  if (settings.labelsFile === undefined)
    throw new Error("runner.postprocess of its model.yaml has neither labels nor labelsFile.");
  try {
    return (await readTextFile(join(directory, settings.labelsFile))).trimEnd().split(/\r?\n/);
  } catch (error) {
    throw new Error(`runner.postprocess.labelsFile of its model.yaml cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** @throws Error when a model gives another number of scores than it has labels. */
export function checkLabelCount(width: number, labels: readonly string[]): void {
  if (width !== labels.length)
    throw new Error(
      `it returns ${width} values for an input, but the number of labels is ${labels.length}: correct the labels, or the output, of runner.postprocess in its model.yaml.`,
    );
}
