import type { ExplainedInput } from "@millrace/explainers";
import { declaredBackground, type DataItems, type ModelManifest, type TabularColumn } from "@millrace/runners";
import { openPicture } from "@millrace/runners/pictures";
import type { Explainable } from "../models/explainable.js";
import { readBackground } from "./background.js";

/**
 * Combines an input and its answer with what the explainer needs to know about the model.
 *
 * @param columns the row columns that the model declares.
 * @throws ExplanationError when the model does not define replacements for hidden columns.
 */
export async function readExplainedInput(
  manifest: ModelManifest,
  { kind, item }: Explainable,
  columns: readonly TabularColumn[],
  items: DataItems,
): Promise<ExplainedInput> {
  if (kind === "text") return { kind, items, item };
  if (kind === "tabular") return { kind, items, item, background: await readBackground(manifest, columns) };
  const { acceptedMediaTypes = [] } = manifest.inputs.find(({ name }) => name === item) ?? {};
  const background = declaredBackground(manifest, item);
  return { kind, items, item, acceptedMediaTypes, open: (bytes) => openPicture(bytes, background) };
}
