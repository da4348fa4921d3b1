import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelManifest } from "@millrace/runners";
import { ExplanationError } from "./coalition.js";
import type { Row } from "./explain-tabular.js";

/** Rows that stand for hidden columns; more would only make an explanation dearer. */
export const maximumBackgroundRows = 20;

interface Column {
  readonly name: string;
  readonly categories?: readonly string[];
  readonly mean?: number;
}

/**
 * What stands for the hidden columns of a row: the file of rows that `explanation.background` of model.yaml names, else one row of the means and first
 * categories that an ONNX model's columns declare.
 *
 * @throws ExplanationError when the manifest has neither, or the file is no array of objects.
 */
export async function readBackground(manifest: ModelManifest): Promise<readonly Row[]> {
  const { explanationBackground: file } = manifest;
  if (file !== undefined) return parseRows(await readFile(join(manifest.directory, file), "utf8"), file);
  const { columns } = (manifest.runner["preprocess"] ?? {}) as { columns?: readonly Column[] };
  if (columns === undefined)
    throw new ExplanationError(
      `model.yaml of ${manifest.name} ${manifest.version} names no file of typical rows (features.explanationBackground), which stand for hidden columns.`,
    );
  return [Object.fromEntries(columns.map(({ name, categories, mean = 0 }) => [name, categories?.[0] ?? mean]))];
}

function parseRows(text: string, file: string): readonly Row[] {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    rows = undefined;
  }
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every((row) => typeof row === "object" && row !== null))
    throw new ExplanationError(`${file} of the model is no JSON array of rows, such as [{"age": 42}].`);
  return rows.slice(0, maximumBackgroundRows) as Row[];
}
